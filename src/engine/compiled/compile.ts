// A recorded step as an ONNX model: its bytes and what goes in and out under which name.
import type { Provider, Shapes } from '../types.ts';
import { BlockedLowering } from './blocked/lowering.ts';
import { rules } from './blocked/rules.ts';
import type { OnnxGraph } from './onnx/graph.ts';
import { asLoop, asSingle, type CarriedEntries } from './onnx/loop.ts';
import { prepared } from './onnx/prepare.ts';
import { tidy } from './onnx/tidy.ts';
import { writeModel } from './onnx/write.ts';
import { plainLowerers } from './plain/lowerers.ts';
import { Lowering } from './plain/lowering.ts';
import { bundlesOf, type Bundle } from './program/bundle.ts';
import type { Node } from './program/node.ts';
import { inOrder } from './program/program.ts';
import type { Recording } from './record/record.ts';
import { entryDims } from './worker/layout.ts';

/** Ports of the model are those of `asLoop`; for the webgpu provider those of `asSingle`. */
export interface CompiledStep {
  readonly model: Uint8Array;
  /** Inputs that the step reads. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** What is computed from the state once a state; its outputs are inputs of `model`. */
  readonly prepare?: PreparedStep | undefined;
  /** State entries that the model reads but does not write, and those that it writes. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** In logical layout. */
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

export interface PreparedStep {
  /** Inputs `state:*`. */
  readonly model: Uint8Array;
  readonly reads: readonly string[];
}

export interface Target {
  /** Lanes of a block; the plain lowering without. */
  readonly block?: number | undefined;
  /** @default 'cpu' */
  readonly provider?: Provider;
}

export function compileStep(recording: Recording, shapes: Shapes, target: Target): CompiledStep {
  const writes = Object.keys(recording.state);
  const bundles = bundlesOf(recording.state);
  const named = (kind: 'input' | 'state') =>
    nodesOf(recording).flatMap(({ op }) =>
      op.kind === kind ? [(op as { name: string }).name] : [],
    );
  const whole = stepGraph(recording, target, bundles);
  const isOnCard = target.provider === 'webgpu';
  const parts = writes.length === 0 && !isOnCard ? prepared(whole) : undefined;
  const step = parts?.rest ?? whole;
  const carried = carriedOf(recording.state, bundles, target.block);
  return {
    model: writeModel(isOnCard ? asSingle(step, carried) : asLoop(step, carried)),
    prepare: parts && { model: writeModel(parts.prepare), reads: stateOf(parts.prepare) },
    inputs: named('input').map((name) => ({ name, shape: shapes[name]!.shape })),
    reads: parts ? stateOf(step) : named('state').filter((name) => !writes.includes(name)),
    writes,
    outputs: Object.entries(recording.outputs).map(([name, { shape }]) => ({ name, shape })),
  };
}

/** One step: inputs `in:*` and `state:*`, outputs `next:*` (entries that change, or bundles of them) and `out:*`. */
export function stepGraph(
  recording: Recording,
  { block, provider = 'cpu' }: Target = {},
  bundles: readonly Bundle[] = [],
): OnnxGraph {
  const nodes = nodesOf(recording);
  const lowering =
    block === undefined
      ? new Lowering(plainLowerers, nodes, bundles, provider)
      : new BlockedLowering(rules, nodes, { block, bundles, keepsState: isEmpty(recording.state) });
  const { graph } = lowering.run();
  for (const bundle of bundles)
    graph.output(`next:${bundle.name}`, lowering.bundle(bundle), [lowering.lengthOf(bundle)]);
  for (const [name, node] of alone(recording.state, bundles)) {
    const entry = lowering.entry(node);
    graph.output(`next:${name}`, entry.name, entry.dims);
  }
  for (const [name, node] of Object.entries(recording.outputs)) {
    graph.output(`out:${name}`, lowering.named(node), node.shape);
  }
  tidy(graph);
  return graph;
}

/** Whether the step convolves batches that fill whole blocks; `none` when it does not convolve at all. */
export function fitsBlocks(recording: Recording, block: number): 'all' | 'some' | 'none' {
  const batches = nodesOf(recording).flatMap(({ op, inputs }) =>
    op.kind === 'conv' || op.kind === 'convInputGrad' ? [inputs[0]!.shape[0]!] : [],
  );
  if (batches.length === 0) return 'none';
  return batches.every((n) => n % block === 0) ? 'all' : 'some';
}

/** Entries that no bundle holds. */
function alone(state: Recording['state'], bundles: readonly Bundle[]): [string, Node][] {
  const bundled = new Set(bundles.flatMap(({ entries }) => entries.map(({ name }) => name)));
  return Object.entries(state).filter(([name]) => !bundled.has(name));
}

/** What the loop carries from step to step, and which entries that is for the session. */
function carriedOf(
  state: Recording['state'],
  bundles: readonly Bundle[],
  block?: number,
): CarriedEntries[] {
  const dims = (shape: readonly number[]) => entryDims(shape, block);
  return [
    ...alone(state, bundles).map(([name, { shape }]) => ({
      name,
      entries: [{ name, dims: dims(shape) }],
    })),
    ...bundles.map(({ name, entries }) => ({
      name,
      entries: entries.map((entry) => ({ name: entry.name, dims: dims(entry.shape) })),
    })),
  ];
}

const isEmpty = (entries: object): boolean => Object.keys(entries).length === 0;

/** Names of the entries that a graph reads. */
const stateOf = ({ inputs }: OnnxGraph): string[] =>
  inputs.flatMap(({ name }) => (name.startsWith('state:') ? [name.slice('state:'.length)] : []));

const nodesOf = ({ state, outputs }: Recording): Node[] =>
  inOrder([...Object.values(state), ...Object.values(outputs)]);
