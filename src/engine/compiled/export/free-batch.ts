// Frees the batch of a traced graph: two traces with other batches must be equal but for numbers that grow with the batch.
import type { Initializer, OnnxGraph, OnnxNode, Port } from '../onnx/graph.ts';

export interface Traced {
  readonly graph: OnnxGraph;
  readonly batch: number;
}

/**
 * Changes `a.graph`: its first axis is called `batch`, and reshapes leave the batch's axis to the runtime.
 * @throws Error naming the first operator that only works for the batch it was traced with
 */
export function freeBatch(a: Traced, b: Traced): OnnxGraph {
  const { graph } = a;
  if (graph.nodes.length !== b.graph.nodes.length) {
    throw new Error(
      `the graph of batch ${a.batch} has ${graph.nodes.length} operators, that of ${b.batch} ${b.graph.nodes.length}`,
    );
  }
  const constants = pairedConstants(a.graph, b.graph);
  graph.nodes = graph.nodes.map((node, i) =>
    freeNode(node, b.graph.nodes[i]!, { a, b, constants }),
  );
  replacePorts(graph.inputs, b.graph.inputs);
  replacePorts(graph.outputs, b.graph.outputs);
  return graph;
}

type Pair = readonly [Initializer, Initializer];

interface Context {
  readonly a: Traced;
  readonly b: Traced;
  /** By name in the first graph. */
  readonly constants: ReadonlyMap<string, Pair>;
}

/** Both graphs make their constants in one order, under the same names. */
function pairedConstants(a: OnnxGraph, b: OnnxGraph): Map<string, Pair> {
  const others = new Map(b.initializers.map((each) => [each.name, each]));
  return new Map(
    a.initializers.map((each) => {
      const other = others.get(each.name);
      if (!other) throw new Error(`constant ${each.name} exists for one batch only`);
      return [each.name, [each, other]];
    }),
  );
}

function freeNode(node: OnnxNode, other: OnnxNode, { a, b, constants }: Context): OnnxNode {
  const isSame =
    node.type === other.type &&
    node.inputs.join() === other.inputs.join() &&
    node.outputs.join() === other.outputs.join() &&
    JSON.stringify(node.attributes) === JSON.stringify(other.attributes);
  if (!isSame) throw new Error(`${node.type} ${node.outputs[0]!} is another one for another batch`);
  const inputs = node.inputs.map((name, i) => {
    const pair = constants.get(name);
    if (!pair || sameBytes(...pair)) return name;
    if (node.type !== 'Reshape' || i !== 1) {
      throw new Error(
        `${node.type} ${node.outputs[0]!} works for the batch alone that it was traced with`,
      );
    }
    return a.graph.ints(freeDims(numbers(pair[0]), numbers(pair[1]), [a.batch, b.batch]));
  });
  return { ...node, inputs };
}

/** The one dimension that grows with the batch as -1. */
function freeDims(
  dims: readonly number[],
  others: readonly number[],
  [batch, otherBatch]: readonly [number, number],
): number[] {
  const growing = dims.flatMap((dim, i) => (dim === others[i] ? [] : [i]));
  const isLinear = growing.every((i) => dims[i]! * otherBatch === others[i]! * batch);
  if (dims.length !== others.length || growing.length !== 1 || !isLinear) {
    throw new Error(`a reshape to [${dims.join(', ')}] does not follow the batch`);
  }
  return dims.map((dim, i) => (i === growing[0] ? -1 : dim));
}

function replacePorts(ports: Port[], others: readonly Port[]): void {
  for (const [i, port] of ports.entries()) {
    const dims = port.dims?.map((dim, axis) => (dim === others[i]!.dims?.[axis] ? dim : 'batch'));
    ports[i] = { ...port, dims };
  }
}

const sameBytes = (a: Initializer, b: Initializer): boolean =>
  Buffer.compare(a.bytes, b.bytes) === 0 && a.dims.join() === b.dims.join();

function numbers({ type, bytes }: Initializer): number[] {
  if (type !== 'int64') throw new Error(`a constant of type ${type} depends on the batch`);
  return Array.from(new BigInt64Array(Uint8Array.from(bytes).buffer), Number);
}
