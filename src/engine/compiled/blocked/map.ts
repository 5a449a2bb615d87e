// Activations in onnxruntime's own blocked layout, and the ways to move them.
//
// In memory: [batch / B, channels / B, height, width, B of batch, B of channels], shown to the runtime as
// [batch / B, channels, height, width * B]: pictures of one block look like extra columns, so a convolution has dilation (1, B).
// Three things follow. Weights are read once for B pictures, and rows are long. A gradient map already is a valid weight
// operand, so a filter gradient is one convolution. Channel sums are depthwise convolutions whose kernel is the whole map.
// Channels are padded to whole blocks, and the padding always holds zeros.
import type { OnnxGraph } from '../onnx/graph.ts';
import { identity } from '../plain/stored.ts';

/** Domain of the runtime's blocked operators. */
export const nchwc = 'com.microsoft.nchwc';

export interface BlockedMap {
  readonly name: string;
  readonly channels: number;
  /** Blocks of the batch. */
  readonly batches: number;
  readonly height: number;
  readonly width: number;
}

/** Arithmetic a channel that a convolution can do in passing. */
export interface Fold {
  /** [padded channels]. */
  readonly scale?: string | undefined;
  /** [padded channels]. */
  readonly shift?: string | undefined;
  /** A whole map to add. */
  readonly sum?: string | undefined;
  readonly isRectified: boolean;
}

/** A convolution with this in it; undefined where it cannot take it in. */
export type Foldable = (fold?: Fold) => BlockedMap | undefined;

/** Pads are top, left, bottom, right in pixels; negative ones cut. */
export type Pads = readonly [number, number, number, number];

export const roundUp = (n: number, block: number): number => Math.ceil(n / block) * block;

export class Blocks {
  readonly graph: OnnxGraph;
  /** What the runtime uses on this machine: 16 with AVX-512, 8 with AVX2. */
  readonly size: number;
  /** Maps that convolutions made, by name. */
  readonly folds = new Map<string, Foldable>();

  constructor(graph: OnnxGraph, size: number) {
    this.graph = graph;
    this.size = size;
  }

  padded(channels: number): number {
    return roundUp(channels, this.size);
  }

  dims({ batches, channels, height, width }: Omit<BlockedMap, 'name'>): number[] {
    return [batches, this.padded(channels), height, width * this.size];
  }

  /** Rows of B x B numbers: one pixel of one block of channels for B pictures. */
  tiles(map: Omit<BlockedMap, 'name'>): number {
    return (map.batches * this.padded(map.channels) * map.height * map.width) / this.size;
  }

  conv(
    inputs: readonly string[],
    attributes: Record<string, number | string | readonly number[] | Float32Array>,
  ): string {
    return this.graph.op('Conv', inputs, attributes, nchwc);
  }

  /** [channels, height, width, batch] as a blocked map. */
  fromPlain(
    name: string,
    [channels, height, width, batch]: readonly [number, number, number, number],
  ): BlockedMap {
    const { graph, size } = this;
    const [batches, full] = [batch / size, this.padded(channels)];
    const whole =
      full === channels
        ? name
        : graph.op('Pad', [name, graph.ints([0, 0, 0, 0, full - channels, 0, 0, 0])]);
    const planes = graph.reshape(whole, [full, height * width, batches, size]);
    const apart = batches > 1 ? graph.transpose(planes, [2, 0, 1, 3]) : planes;
    const shown = graph.reshape(apart, [batches, full, height, width * size]);
    return { name: graph.op('ReorderInput', [shown], {}, nchwc), channels, batches, height, width };
  }

  /** [channels, height, width, batch]. */
  toPlain(map: BlockedMap): string {
    const { graph, size } = this;
    const { channels, batches, height, width } = map;
    const shown = graph.op('ReorderOutput', [map.name], { channels }, nchwc);
    const planes = graph.reshape(shown, [batches, channels, height * width, size]);
    const together = batches > 1 ? graph.transpose(planes, [1, 2, 0, 3]) : planes;
    return graph.reshape(together, [channels, height, width, batches * size]);
  }

  /** Exchanges the two innermost lanes of every B x B tile. */
  swapLanes(x: string, tiles: number): string {
    const shown = this.graph.reshape(x, [tiles, this.size, 1, this.size]);
    return this.graph.op('ReorderInput', [shown], {}, nchwc);
  }

  /** Rows of `x` seen as [total, length], by number. */
  rows(x: string, [total, length]: readonly [number, number], picked: readonly number[]): string {
    return this.graph.op(
      'Gather',
      [this.graph.reshape(x, [total, length]), this.graph.ints(picked)],
      { axis: 0 },
    );
  }

  /** Borders of `value`, or cuts. */
  pad(map: BlockedMap, [top, left, bottom, right]: Pads, value = 0): BlockedMap {
    if (top === 0 && left === 0 && bottom === 0 && right === 0) return map;
    const { graph, size } = this;
    const tile = size * size;
    const maps = (map.batches * this.padded(map.channels)) / size;
    const line = map.width * tile;
    const fill = value === 0 ? [] : [graph.scalar(value)];
    const isWide = top === 0 && bottom === 0;
    const shape = isWide ? [maps * map.height, line] : [maps, map.height, line];
    const ends = isWide
      ? [0, left * tile, 0, right * tile]
      : [0, top, left * tile, 0, bottom, right * tile];
    const name = graph.op('Pad', [graph.reshape(map.name, shape), graph.ints(ends), ...fill]);
    return this.#resized(map, name, map.height + top + bottom, map.width + left + right);
  }

  /** `count` columns: from, from + step, …. */
  columns(map: BlockedMap, from: number, step: number, count: number): BlockedMap {
    if (from === 0 && step === 1 && count === map.width) return map;
    const lines = this.tiles(map) / map.width;
    const picked = identity(lines).flatMap((r) =>
      identity(count).map((k) => r * map.width + from + k * step),
    );
    const name = this.rows(map.name, [lines * map.width, this.size ** 2], picked);
    return this.#resized(map, name, map.height, count);
  }

  /** `count` rows: from, from + step, …. */
  lines(map: BlockedMap, from: number, step: number, count: number): BlockedMap {
    if (from === 0 && step === 1 && count === map.height) return map;
    const maps = this.tiles(map) / map.width / map.height;
    const picked = identity(maps).flatMap((m) =>
      identity(count).map((k) => m * map.height + from + k * step),
    );
    const name = this.rows(map.name, [maps * map.height, map.width * this.size ** 2], picked);
    return this.#resized(map, name, count, map.width);
  }

  /** Every second pixel, from row q and column r; even sizes. */
  phase(map: BlockedMap, q: number, r: number): BlockedMap {
    const [height, width] = [map.height / 2, map.width / 2];
    const maps = this.tiles(map) / map.width / map.height;
    const picked = identity(maps).flatMap((m) =>
      identity(height).flatMap((u) =>
        identity(width).map((v) => (m * map.height + 2 * u + q) * map.width + 2 * v + r),
      ),
    );
    const name = this.rows(map.name, [this.tiles(map), this.size ** 2], picked);
    return this.#resized(map, name, height, width);
  }

  /** Four maps (rows 0 0 1 1, columns 0 1 0 1) as one of twice the size. */
  interleave(
    phases: readonly string[],
    { channels, batches, height, width }: Omit<BlockedMap, 'name'>,
  ): BlockedMap {
    const maps = (this.padded(channels) / this.size) * batches;
    const all = this.graph.op('Concat', phases, { axis: 0 });
    const picked = identity(maps).flatMap((m) =>
      identity(2 * height).flatMap((y) =>
        identity(2 * width).map((x) => {
          const phase = 2 * (y % 2) + (x % 2);
          return ((phase * maps + m) * height + (y >> 1)) * width + (x >> 1);
        }),
      ),
    );
    const whole = { channels, batches, height: 2 * height, width: 2 * width };
    const name = this.rows(all, [4 * maps * height * width, this.size ** 2], picked);
    return { ...whole, name: this.graph.reshape(name, this.dims(whole)) };
  }

  #resized(map: BlockedMap, name: string, height: number, width: number): BlockedMap {
    const to = { ...map, height, width };
    return { ...to, name: this.graph.reshape(name, this.dims(to)) };
  }
}
