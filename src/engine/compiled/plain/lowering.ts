// The plain lowering: nodes of a program become standard ONNX operators; layouts are permutations, changed only where an operator asks.
import type { Provider } from '../../types.ts';
import { OnnxGraph } from '../onnx/graph.ts';
import type { Bundle } from '../program/bundle.ts';
import type { Node, Op } from '../program/node.ts';
import { sameShape, sizeOf } from '../program/node.ts';
import { Bundles } from './bundles.ts';
import type { Stored } from './stored.ts';
import { stateOrder } from './state-order.ts';
import { identity, long, orderAfterReshape, physical } from './stored.ts';

/** Writes one node; its inputs are written already. */
export type Lower<K extends Op['kind'] = Op['kind']> = (
  to: Lowering,
  node: Node,
  op: Extract<Op, { kind: K }>,
) => Stored;

export type Lowerers = { readonly [K in Op['kind']]: Lower<K> };

/** WebGPU promises eight buffers an operator; one is the whole. */
const WEBGPU_PARTS = 7;

export class Lowering {
  readonly graph: OnnxGraph;
  /** What the graph will run on. */
  readonly provider: Provider;
  readonly #lowerers: Lowerers;
  readonly #nodes: readonly Node[];
  readonly #stored = new Map<Node, Stored>();
  readonly #readers = new Map<Node, Node[]>();
  readonly #bundles: Bundles;

  /**
   * @param nodes in order; all are written
   * @param bundles entries of the state that the graph reads and writes as one vector
   */
  constructor(
    lowerers: Lowerers,
    nodes: readonly Node[],
    bundles: readonly Bundle[] = [],
    provider: Provider = 'cpu',
  ) {
    this.provider = provider;
    this.graph = new OnnxGraph(provider === 'webgpu' ? { mostParts: WEBGPU_PARTS } : {});
    this.#lowerers = lowerers;
    this.#bundles = new Bundles(this, bundles);
    for (const node of nodes) {
      for (const x of new Set(node.inputs)) this.#readers.set(x, [...this.readers(x), node]);
    }
    this.#nodes = nodes;
  }

  /** Writes all nodes. */
  run(): this {
    for (const node of this.#nodes)
      this.#stored.set(node, this.#bundles.read(node) ?? this.write(node));
    return this;
  }

  /** Writes one node; a lowering with forms of its own puts them before the plain one. */
  protected write(node: Node): Stored {
    return (this.#lowerers[node.op.kind] as Lower)(this, node, node.op);
  }

  /** The value of a state entry as the session keeps it, and its dimensions there. */
  entry(node: Node): { readonly name: string; readonly dims: readonly number[] } {
    return { name: this.named(node, stateOrder(node.shape)), dims: this.entryDims(node.shape) };
  }

  entryDims(shape: readonly number[]): readonly number[] {
    return physical({ shape, order: stateOrder(shape) });
  }

  /** The way back: a value that lies as the session keeps it. */
  fromEntry(node: Node, name: string): Stored {
    return { name, shape: node.shape, dtype: node.dtype, order: stateOrder(node.shape) };
  }

  /** Numbers in a bundle's vector. */
  lengthOf({ entries }: Bundle): number {
    return entries.reduce((n, { shape }) => n + sizeOf(this.entryDims(shape)), 0);
  }

  /** The vector of a bundle after the step. */
  bundle({ whole }: Bundle): string {
    return this.named(whole);
  }

  readers(node: Node): readonly Node[] {
    return this.#readers.get(node) ?? [];
  }

  stored(node: Node): Stored {
    return this.#stored.get(node)!;
  }

  /** Name of `node` with its axes in this order in memory. */
  named(node: Node, order: readonly number[] = identity(node.shape.length)): string {
    return this.reorder(this.stored(node), order);
  }

  reorder(x: Stored, order: readonly number[]): string {
    if (order.every((axis, i) => axis === x.order[i])) return x.name;
    const dims = order.map((axis) => x.shape[axis]!);
    const [is, wanted] = [long(x), long({ shape: x.shape, order })];
    if (is.every((axis, i) => axis === wanted[i])) return this.graph.reshape(x.name, dims);
    return this.graph.transpose(
      x.name,
      order.map((axis) => x.order.indexOf(axis)),
    );
  }

  /** The same memory read as another shape, after bringing its axes together where needed. */
  reshaped(x: Stored, shape: readonly number[]): Stored {
    const order = orderAfterReshape(x, shape);
    const from = order ? x.name : this.reorder(x, identity(x.shape.length));
    const to = { shape, order: order ?? identity(shape.length), dtype: x.dtype };
    return { ...to, name: this.graph.reshape(from, physical(to)) };
  }

  /** Names that broadcast against each other, and the order of the result. */
  aligned(
    nodes: readonly Node[],
    shape: readonly number[],
  ): { names: string[]; order: readonly number[] } {
    const parts = nodes.map((n) => this.stored(n));
    const wide = parts.map((s) => (isOne(s) ? s : this.#raised(s, shape.length)));
    const order = leadOrder(wide, shape);
    const scalar = wide.every(isOne) ? shape : [];
    return {
      order,
      names: wide.map((s) => (isOne(s) ? this.viewed(s, scalar) : this.reorder(s, order))),
    };
  }

  /** The same memory under these dimensions. */
  viewed(x: Stored, dims: readonly number[]): string {
    return sameShape(physical(x), dims) ? x.name : this.graph.reshape(x.name, dims);
  }

  /** Leading axes of length 1 up to this rank. */
  #raised(x: Stored, rank: number): Stored {
    const more = rank - x.shape.length;
    if (more === 0) return x;
    const shape = [...identity(more).map(() => 1), ...x.shape];
    const to = { shape, order: [...identity(more), ...x.order.map((axis) => axis + more)] };
    return { ...x, ...to, name: this.graph.reshape(x.name, physical(to)) };
  }
}

const isOne = (x: Stored): boolean => sizeOf(x.shape) === 1;

/** The order of a full-size operand, one that a convolution made before others. */
function leadOrder(parts: readonly Stored[], shape: readonly number[]): readonly number[] {
  const full = parts.filter((s) => !isOne(s) && sizeOf(s.shape) === sizeOf(shape));
  const lead =
    full.find(
      (s) =>
        !sameShape(
          long(s),
          long(s).toSorted((a, b) => a - b),
        ),
    ) ?? full[0];
  return lead?.order ?? identity(shape.length);
}
