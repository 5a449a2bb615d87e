// A step as an ONNX file for others: its state inside as weights, any batch, ports under the step's own names, standard operators only.
import type { Shapes, StateArrays, Step } from '../../types.ts';
import { stepGraph } from '../compile.ts';
import type { OnnxGraph, Port } from '../onnx/graph.ts';
import { tidy } from '../onnx/tidy.ts';
import { writeModel } from '../onnx/write.ts';
import { record } from '../record/record.ts';
import { entryDims, toEntry } from '../worker/layout.ts';
import { freeBatch } from './free-batch.ts';

export interface OnnxContents<I extends string, O extends string> {
  /** Changes no state. */
  readonly step: Step<I, O>;
  /** Shapes of the inputs for a batch. */
  readonly shapes: (batch: number) => Shapes<I>;
  /** Weights by name, logical layout; their names in the file too. */
  readonly state: StateArrays;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Primes that no size of a network is likely to be. */
const BATCHES = [101, 103] as const;

/** @throws Error naming the operator that cannot be written, or not for any batch */
export function encodeOnnx<I extends string, O extends string>({
  step,
  shapes,
  state,
  metadata,
}: OnnxContents<I, O>): Uint8Array {
  const entries = Object.fromEntries(
    Object.entries(state).map(([name, { shape }]) => [name, shape]),
  );
  const [a, b] = BATCHES.map((batch) => ({
    batch,
    graph: stepGraph(record(step, shapes(batch), entries)),
  }));
  const graph = freeBatch(a!, b!);
  holdState(graph, state);
  renamePorts(graph);
  tidy(graph);
  return writeModel(graph, { metadata, domains: [''] });
}

/** State entries become constants of the graph, under their own names. */
function holdState(graph: OnnxGraph, state: StateArrays): void {
  const isState = ({ name }: Port) => name.startsWith('state:');
  for (const { name } of graph.inputs.filter(isState)) {
    const { shape, data } = state[name.slice('state:'.length)]!;
    const bytes = new Uint8Array(toEntry(data, shape, undefined).buffer);
    graph.initializers.push({ name, dims: entryDims(shape, undefined), type: 'float32', bytes });
  }
  graph.inputs.splice(0, Infinity, ...graph.inputs.filter((port) => !isState(port)));
}

/** `in:x`, `state:x` and `out:x` as plain `x`: between the step and the outside there is nothing to tell apart. */
function renamePorts(graph: OnnxGraph): void {
  const plain = (name: string) => name.replace(/^(in|state|out):/, '');
  const renamed = (ports: readonly Port[]) =>
    ports.map((port) => ({ ...port, name: plain(port.name) }));
  graph.inputs.splice(0, Infinity, ...renamed(graph.inputs));
  graph.outputs.splice(0, Infinity, ...renamed(graph.outputs));
  graph.initializers = graph.initializers.map((each) => ({ ...each, name: plain(each.name) }));
  graph.nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(plain),
    outputs: node.outputs.map(plain),
  }));
}
