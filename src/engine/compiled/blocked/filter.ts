// Convolution filters in blocked layout: [out / B, in / B, height, width, B in, B out], padded with zeros to whole blocks.
import { identity } from '../plain/stored.ts';
import type { Blocks } from './map.ts';

export interface BlockedFilter {
  readonly name: string;
  /** Logical [kh, kw, in, out]. */
  readonly shape: readonly number[];
  /** The padding may hold something else than zeros. */
  readonly isDirty: boolean;
}

/** [out, in, kh, kw], padded: how the runtime sees a blocked filter. */
export const filterDims = (blocks: Blocks, [kh, kw, ins, outs]: readonly number[]): number[] => [
  blocks.padded(outs!),
  blocks.padded(ins!),
  kh!,
  kw!,
];

const hasPadding = (blocks: Blocks, [, , ins, outs]: readonly number[]): boolean =>
  blocks.padded(ins!) !== ins || blocks.padded(outs!) !== outs;

/** [out, in, kh, kw] in plain order as a blocked filter. */
export function blockedFilter(
  blocks: Blocks,
  plain: string,
  shape: readonly number[],
): BlockedFilter {
  const { graph, size } = blocks;
  const [kh, kw, ins, outs] = shape as [number, number, number, number];
  const [fullIn, fullOut] = [blocks.padded(ins), blocks.padded(outs)];
  const pads = graph.ints([0, 0, 0, 0, fullOut - outs, fullIn - ins, 0, 0]);
  const whole = hasPadding(blocks, shape) ? graph.op('Pad', [plain, pads]) : plain;
  const apart = graph.reshape(whole, [fullOut / size, size, fullIn / size, size, kh * kw]);
  const name = graph.reshape(graph.transpose(apart, [0, 2, 4, 3, 1]), filterDims(blocks, shape));
  return { name, shape, isDirty: false };
}

/** [out, in, kh, kw] in plain order. */
export function plainFilter(blocks: Blocks, { name, shape }: BlockedFilter): string {
  const { graph, size } = blocks;
  const [kh, kw, ins, outs] = shape as [number, number, number, number];
  const [fullIn, fullOut] = [blocks.padded(ins), blocks.padded(outs)];
  const apart = graph.reshape(name, [fullOut / size, fullIn / size, kh * kw, size, size]);
  const whole = graph.reshape(graph.transpose(apart, [0, 4, 1, 3, 2]), [fullOut, fullIn, kh, kw]);
  if (!hasPadding(blocks, shape)) return whole;
  const ends = [
    [0, 0],
    [outs, ins],
    [0, 1],
  ].map((v) => graph.ints(v));
  return graph.op('Slice', [whole, ...ends]);
}

/** The filter with zeros in its padding. */
export function cleaned(blocks: Blocks, filter: BlockedFilter): BlockedFilter {
  if (!filter.isDirty || !hasPadding(blocks, filter.shape)) return filter;
  const { graph } = blocks;
  const [, , ins, outs] = filter.shape as [number, number, number, number];
  const ones = graph.constant(
    new Uint8Array(ins * outs).fill(1),
    [outs, ins, 1, 1],
    'bool',
    'ones',
  );
  const shape = [1, 1, ins, outs];
  const grid = graph.op('Cast', [ones], { to: 1 });
  const mask = graph.op('Cast', [blockedFilter(blocks, grid, shape).name], { to: 9 });
  const tiles = [
    blocks.padded(outs) / blocks.size,
    blocks.padded(ins) / blocks.size,
    1,
    blocks.size ** 2,
  ];
  const dims = filterDims(blocks, filter.shape);
  const seen = graph.reshape(filter.name, [
    tiles[0]!,
    tiles[1]!,
    dims[2]! * dims[3]!,
    blocks.size ** 2,
  ]);
  const clean = graph.op('Where', [graph.reshape(mask, tiles), seen, graph.scalar(0)]);
  return { ...filter, isDirty: false, name: graph.reshape(clean, dims) };
}

/** The taps ys x xs, in that order; `isTurned` exchanges input and output channels. Dims [out, in, taps] of the result. */
export function subKernel(
  blocks: Blocks,
  filter: BlockedFilter,
  [ys, xs]: readonly [readonly number[], readonly number[]],
  isTurned: boolean,
): string {
  const [kh, kw, ins, outs] = filter.shape as [number, number, number, number];
  const isWhole = !isTurned && isUpTo(ys, kh) && isUpTo(xs, kw);
  if (isWhole) return filter.name;
  const [ib, ob] = [blocks.padded(ins) / blocks.size, blocks.padded(outs) / blocks.size];
  const tile = (o: number, i: number) =>
    ys.flatMap((y) => xs.map((x) => ((o * ib + i) * kh + y) * kw + x));
  const picked = isTurned
    ? identity(ib).flatMap((i) => identity(ob).flatMap((o) => tile(o, i)))
    : identity(ob).flatMap((o) => identity(ib).flatMap((i) => tile(o, i)));
  const rows = blocks.rows(filter.name, [ob * ib * kh * kw, blocks.size ** 2], picked);
  const taps = [ys.length, xs.length];
  if (!isTurned) return blocks.graph.reshape(rows, [ob * blocks.size, ib * blocks.size, ...taps]);
  const swapped = blocks.swapLanes(rows, picked.length);
  return blocks.graph.reshape(swapped, [ib * blocks.size, ob * blocks.size, ...taps]);
}

const isUpTo = (list: readonly number[], n: number): boolean =>
  list.length === n && list.every((v, i) => v === i);
