// From the names in a checkpoint to the bare names of its networks: wrappers go, two networks come apart, old names of layers change.
import type { NamedArray, StateArrays } from '../../engine/types.ts';
import { toFloat32, type TypedTensors } from './element-type.ts';

/** Put in front of every name by DataParallel, torch.compile and training frameworks. */
const WRAPPERS = ['module.', '_orig_mod.', 'model.', 'net.', 'network.'];
/** In front of the first and the second network: in the reference's consistency models, and in ours. */
const PAIRS = [
  ['resnet.', 'resnet2.'],
  ['', 'net2.'],
] as const;
/** Batches seen: PyTorch counts them, nothing uses them. */
const COUNTER = /(^|\.)num_batches_tracked$/;

/** Weights of each network in the file by the names of its own state_dict, in PyTorch's layout: one, or the two of a dual model. */
export function networksIn(tensors: TypedTensors): readonly StateArrays[] {
  const entries = Object.entries(tensors)
    .filter(([name]) => !COUNTER.test(name))
    .map(([name, tensor]): [string, NamedArray] => [name, toFloat32(tensor)]);
  const bare = unwrapped(entries);
  const isOf = (name: string, prefixes: readonly string[]) =>
    prefixes.some((prefix) => name.startsWith(prefix));
  const [first, second] = PAIRS.find((pair) => bare.every(([name]) => isOf(name, pair)))!;
  const isSecond = ([name]: readonly [string, NamedArray]) => name.startsWith(second);
  return [
    bare
      .filter((entry) => !isSecond(entry))
      .map(([name, array]) => [name.slice(first.length), array] as const),
    bare.filter(isSecond).map(([name, array]) => [name.slice(second.length), array] as const),
  ]
    .filter((network) => network.length > 0)
    .map((network) => Object.fromEntries(network.map(([name, array]) => [renamed(name), array])));
}

function unwrapped(entries: readonly [string, NamedArray][]): readonly [string, NamedArray][] {
  const wrapper = WRAPPERS.find((prefix) => entries.every(([name]) => name.startsWith(prefix)));
  if (wrapper === undefined || entries.length === 0) return entries;
  return unwrapped(entries.map(([name, array]) => [name.slice(wrapper.length), array]));
}

/** The reference's dual network calls its head `final_layer_1`. */
const renamed = (name: string): string => name.replace(/^final_layer_1\./, 'final_layer.');
