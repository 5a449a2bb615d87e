// Lays the weights of a checkpoint against a network: what fits, what does not, and whether they are a classifier's trunk.
import type { NamedArray, StateArrays } from '../../engine/types.ts';
import type { Network } from '../network.ts';
import { printable } from './problem.ts';
import { torchShape } from '../torch-layout.ts';

export interface Fit {
  /** What fits, by name, PyTorch's layout. */
  readonly loaded: StateArrays;
  /** Parameters of the network that are not there. */
  readonly missing: readonly string[];
  /** Tensors that the network does not have. */
  readonly unexpected: readonly string[];
  /** `NAME is [shape], expected [shape]`, PyTorch's layout. */
  readonly misshaped: readonly string[];
  /** Tensors with values that are infinite or no number. */
  readonly notFinite: readonly string[];
  /** Of an image classifier, by names that a pose network of this trunk cannot take: no misfit. */
  readonly ignored: readonly string[];
  /** The head of the pose network that a classifier's trunk leaves fresh: no misfit. */
  readonly fresh: readonly string[];
}

const CLASSIFIER = /^(fc|classifier)\.weight$/;
/** Beyond the trunk: torchvision's ResNet has `fc`, HRNet as a classifier the others. */
const CLASSIFIER_ONLY =
  /^(fc|classifier|incre_modules|downsamp_modules|final_layer|stage4\.2\.fuse_layers\.[123])\./;
const POSE_HEAD = /^(deconv_layers|final_layer)\./;

/** @param tensors by the network's own names, PyTorch's layout */
export function fitWeights(network: Network, tensors: StateArrays): Fit {
  const isClassifier = Object.keys(tensors).some((name) => CLASSIFIER.test(name));
  const given = new Map(Object.entries(tensors));
  const ignored = isClassifier
    ? [...given.keys()].filter((name) => CLASSIFIER_ONLY.test(name))
    : [];
  for (const name of ignored) given.delete(name);

  const loaded: [string, NamedArray][] = [];
  const missing: string[] = [];
  const fresh: string[] = [];
  const misshaped: string[] = [];
  for (const { name, shape } of network.parameters) {
    const found = given.get(name);
    given.delete(name);
    const expected = torchShape(shape);
    if (!found) (isClassifier && POSE_HEAD.test(name) ? fresh : missing).push(name);
    else if (found.shape.join() === expected.join()) loaded.push([name, found]);
    else
      misshaped.push(`${name} is [${found.shape.join(', ')}], expected [${expected.join(', ')}]`);
  }
  return {
    loaded: Object.fromEntries(loaded),
    ...{ missing, misshaped, ignored, fresh },
    unexpected: [...given.keys()],
    notFinite: loaded.flatMap(([name, { data }]) => (areFinite(data) ? [] : [name])),
  };
}

function areFinite(data: Float32Array): boolean {
  for (const value of data) if (!Number.isFinite(value)) return false;
  return true;
}

/** A line for each kind of misfit, a few names of it and the count of the rest; nothing where all is well. */
export function misfits({ missing, unexpected, misshaped, notFinite }: Fit): string[] {
  return [
    ...line('missing', missing),
    ...line('unexpected', unexpected),
    ...line('of another shape', misshaped),
    ...line('with values that are no finite numbers', notFinite),
  ];
}

const SHOWN = 4;

function line(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [`${names.length} ${what}: ${shortList(names)}`];
}

export function shortList(names: readonly string[]): string {
  const rest = names.length > SHOWN ? `, … and ${names.length - SHOWN} more` : '';
  return printable(names.slice(0, SHOWN).join(', ')) + rest;
}
