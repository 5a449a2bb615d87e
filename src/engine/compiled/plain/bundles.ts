// Bundles of a lowering: an entry is read out of the vector that holds it; all of them together are that vector.
import type { Bundle } from '../program/bundle.ts';
import type { Node } from '../program/node.ts';
import { sizeOf } from '../program/node.ts';
import type { OnnxGraph } from '../onnx/graph.ts';
import type { Stored } from './stored.ts';

/** The lowering, as far as bundles need it. */
interface Entries {
  readonly graph: OnnxGraph;
  entryDims(shape: readonly number[]): readonly number[];
  fromEntry(node: Node, name: string): Stored;
  lengthOf(bundle: Bundle): number;
}

export class Bundles {
  readonly #to: Entries;
  readonly #all: readonly Bundle[];
  readonly #places = new Map<string, readonly [bundle: Bundle, index: number]>();
  readonly #ports = new Map<Bundle, string>();

  constructor(to: Entries, all: readonly Bundle[]) {
    this.#to = to;
    this.#all = all;
    for (const bundle of all) {
      for (const [index, { name }] of bundle.entries.entries())
        this.#places.set(name, [bundle, index]);
    }
  }

  /** The value of a state entry, or of several joined ones, where a bundle holds it. */
  read(node: Node): Stored | undefined {
    if (node.op.kind === 'state') return this.#entry(node, node.op.name);
    if (node.op.kind !== 'pack') return undefined;
    const names = node.inputs.map(({ op }) => (op.kind === 'state' ? op.name : undefined));
    const bundle = this.#all.find(({ entries }) =>
      sameList(
        entries.map(({ name }) => name),
        names,
      ),
    );
    if (!bundle) return undefined;
    return { name: this.#port(bundle), shape: node.shape, dtype: node.dtype, order: [0] };
  }

  #entry(node: Node, name: string): Stored | undefined {
    const [bundle, index] = this.#places.get(name) ?? [];
    if (!bundle || index === undefined) return undefined;
    const { graph } = this.#to;
    const dims = bundle.entries.map(({ shape }) => this.#to.entryDims(shape));
    const parts = graph.split(this.#port(bundle), dims.map(sizeOf));
    return this.#to.fromEntry(node, graph.reshape(parts[index]!, dims[index]!));
  }

  #port(bundle: Bundle): string {
    const known = this.#ports.get(bundle);
    if (known) return known;
    const made = this.#to.graph.input(`state:${bundle.name}`, [this.#to.lengthOf(bundle)]);
    this.#ports.set(bundle, made);
    return made;
  }
}

const sameList = (a: readonly string[], b: readonly (string | undefined)[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);
