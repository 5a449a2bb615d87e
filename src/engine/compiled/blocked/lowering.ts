// The blocked lowering: maps and filters in the runtime's own blocked layout where that is possible, plain ONNX everywhere else.
import type { Bundle } from '../program/bundle.ts';
import type { Node } from '../program/node.ts';
import { sameShape, sizeOf } from '../program/node.ts';
import { Lowering } from '../plain/lowering.ts';
import { plainLowerers } from '../plain/lowerers.ts';
import type { Stored } from '../plain/stored.ts';
import { identity, nchw, oihw } from '../plain/stored.ts';
import type { Affine } from './channels.ts';
import { affine } from './channels.ts';
import type { BlockedFilter } from './filter.ts';
import { blockedFilter, cleaned, filterDims, plainFilter } from './filter.ts';
import type { BlockedMap } from './map.ts';
import { Blocks } from './map.ts';
import { keepsZeros } from './zeros.ts';
import { isBlockedEntry, toBlocks } from './entry.ts';

/** Channels, height, width, batch: the plain order that is nearest to blocks. */
const chwn = [3, 1, 2, 0] as const;

export interface BlockedOptions {
  /** Lanes of a block. */
  readonly block: number;
  readonly bundles: readonly Bundle[];
  readonly keepsState: boolean;
}

/** The blocked form of a node, where it has one. */
export type Rules = (to: BlockedLowering, node: Node) => Stored | undefined;

export class BlockedLowering extends Lowering {
  readonly blocks: Blocks;
  readonly #maps = new Map<Node, BlockedMap>();
  readonly #filters = new Map<Node, BlockedFilter>();
  /** What a map was made of by arithmetic a channel, so that the next operation can start from there. */
  readonly #origins = new Map<Node, Affine>();

  readonly #rules: Rules;
  /** The step leaves the state alone. */
  readonly #keepsState: boolean;
  readonly #fixed = new Map<Node, boolean>();

  constructor(
    rules: Rules,
    nodes: readonly Node[],
    { block, bundles, keepsState }: BlockedOptions,
  ) {
    super(plainLowerers, nodes, bundles);
    this.#rules = rules;
    this.#keepsState = keepsState;
    this.blocks = new Blocks(this.graph, block);
  }

  protected override write(node: Node): Stored {
    return this.#rules(this, node) ?? super.write(node);
  }

  override entry(node: Node): { readonly name: string; readonly dims: readonly number[] } {
    if (!isBlockedEntry(node.shape)) return super.entry(node);
    return {
      name: cleaned(this.blocks, this.filter(node)).name,
      dims: filterDims(this.blocks, node.shape),
    };
  }

  override entryDims(shape: readonly number[]): readonly number[] {
    return isBlockedEntry(shape) ? filterDims(this.blocks, shape) : super.entryDims(shape);
  }

  /** Arithmetic may have left something else than zeros in the padding of filters. */
  override bundle(bundle: Bundle): string {
    const all = super.bundle(bundle);
    if (keepsZeros(bundle.whole)) return all;
    const isReal = new Uint8Array(this.lengthOf(bundle)).fill(1);
    let at = 0;
    for (const { shape } of bundle.entries) {
      const size = sizeOf(this.entryDims(shape));
      if (isBlockedEntry(shape)) {
        const ones = new Float32Array(sizeOf(shape)).fill(1);
        isReal.set(toBlocks(ones, shape, this.blocks.size), at);
      }
      at += size;
    }
    if (!isReal.includes(0)) return all;
    const mask = this.graph.constant(isReal, [isReal.length], 'bool', bundle.name);
    return this.graph.op('Where', [mask, all, this.graph.scalar(0)]);
  }

  override fromEntry(node: Node, name: string): Stored {
    if (!isBlockedEntry(node.shape)) return super.fromEntry(node, name);
    return this.putFilter(node, { name, shape: node.shape, isDirty: true });
  }

  /** Whether a value of this shape can be a blocked map. */
  canBeMap({ shape, dtype }: Pick<Node, 'shape' | 'dtype'>): boolean {
    return shape.length === 4 && dtype === 'float32' && shape[0]! % this.blocks.size === 0;
  }

  /** Batch last is a matter of two axes: the batch, and everything else. */
  override reorder(x: Stored, order: readonly number[]): string {
    const isWanted = sameShape(order, chwn) && x.shape[0] !== 1;
    if (!isWanted || x.order[0] !== 0) return super.reorder(x, order);
    const batchFirst = super.reorder(x, nchw);
    const dims = order.map((axis) => x.shape[axis]!);
    const table = this.graph.reshape(batchFirst, [x.shape[0]!, sizeOf(dims) / x.shape[0]!]);
    return this.graph.reshape(this.graph.transpose(table, [1, 0]), dims);
  }

  isMap(node: Node): boolean {
    return this.#maps.has(node);
  }

  isFilter(node: Node): boolean {
    return this.#filters.has(node);
  }

  /** `node` as a blocked map, moved there if it is plain. */
  map(node: Node): BlockedMap {
    const known = this.#maps.get(node);
    if (known) return known;
    const [batch, height, width, channels] = node.shape as [number, number, number, number];
    const made = this.blocks.fromPlain(this.named(node, chwn), [channels, height, width, batch]);
    this.#maps.set(node, made);
    return made;
  }

  filter(node: Node): BlockedFilter {
    const known = this.#filters.get(node);
    if (known) return known;
    const made = blockedFilter(this.blocks, this.named(node, oihw), node.shape);
    this.#filters.set(node, made);
    return made;
  }

  /** A plain picture [channels, height, width, batch]. */
  picture(node: Node): readonly [string, readonly [number, number, number, number]] {
    const [batch, height, width, channels] = node.shape as [number, number, number, number];
    return [this.named(node, chwn), [channels, height, width, batch]];
  }

  /** Records that `node` is this map; its plain form is made where somebody asks. */
  putMap(node: Node, map: BlockedMap): Stored {
    this.#maps.set(node, map);
    return { name: this.blocks.toPlain(map), shape: node.shape, dtype: node.dtype, order: chwn };
  }

  /** The same for a map that is arithmetic a channel. */
  putAffine(node: Node, made: Affine, isRectified = false): Stored {
    if (!isRectified) this.#origins.set(node, made);
    return this.putMap(node, affine(this.blocks, made, isRectified));
  }

  putFilter(node: Node, filter: BlockedFilter): Stored {
    this.#filters.set(node, filter);
    const name = plainFilter(this.blocks, filter);
    return { name, shape: node.shape, dtype: node.dtype, order: oihw };
  }

  /** Whether a value is the same in every call for the same state. */
  isFixed(node: Node): boolean {
    let known = this.#fixed.get(node);
    if (known === undefined) {
      known =
        this.#keepsState && node.op.kind !== 'input' && node.inputs.every((x) => this.isFixed(x));
      this.#fixed.set(node, known);
    }
    return known;
  }

  origin(node: Node): Affine {
    return this.#origins.get(node) ?? { base: this.map(node), isFixed: this.#keepsState };
  }

  /** A vector of one number a channel ([C], [1,1,1,C]), padded with zeros. */
  channels(node: Node): string {
    const count = node.shape.at(-1)!;
    const flat = this.viewed(this.stored(node), [count]);
    const missing = this.blocks.padded(count) - count;
    return missing === 0 ? flat : this.graph.op('Pad', [flat, this.graph.ints([0, missing])]);
  }

  /** Records a padded vector as the value of `node`, [1,1,1,C]. */
  putChannels(node: Node, padded: string): Stored {
    const count = node.shape.at(-1)!;
    const { graph } = this;
    const isWhole = this.blocks.padded(count) === count;
    const cut = isWhole
      ? padded
      : graph.op('Slice', [padded, ...[[0], [count], [0]].map((v) => graph.ints(v))]);
    return {
      name: graph.reshape(cut, node.shape),
      shape: node.shape,
      dtype: node.dtype,
      order: identity(4),
    };
  }
}
