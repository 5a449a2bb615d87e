// Convolutions and input gradients on blocked maps.
import { identity } from '../plain/stored.ts';
import type { Window } from '../program/node.ts';
import type { BlockedFilter } from './filter.ts';
import { subKernel } from './filter.ts';
import { behind, foldable, scaledFilter } from './fold.ts';
import type { BlockedMap, Blocks, Fold, Pads } from './map.ts';

const nothing: Fold = { isRectified: false };

/** A convolution of stride (stride, 1) with pads in whole columns. */
function direct(
  blocks: Blocks,
  map: BlockedMap,
  filter: string,
  {
    outs,
    size,
    stride = 1,
    pads,
    fold = nothing,
  }: {
    readonly outs: number;
    readonly size: readonly [number, number];
    readonly stride?: number;
    readonly pads: Pads;
    readonly fold?: Fold | undefined;
  },
): BlockedMap {
  const [top, left, bottom, right] = pads;
  const [kh, kw] = size;
  const dims = [blocks.padded(outs), blocks.padded(map.channels), kh, kw] as const;
  const kernel = scaledFilter(blocks, filter, dims, fold.scale);
  const { inputs, attributes } = behind(fold);
  const name = blocks.conv([map.name, kernel, ...inputs], {
    ...attributes,
    kernel_shape: size,
    strides: [stride, 1],
    dilations: [1, blocks.size],
    pads: [top, left * blocks.size, bottom, right * blocks.size],
    group: 1,
  });
  const height = Math.floor((map.height + top + bottom - kh) / stride) + 1;
  return {
    name,
    channels: outs,
    batches: map.batches,
    height,
    width: map.width + left + right - kw + 1,
  };
}

/** Stride 1 or 2 along both axes. */
export function blockedConv(
  blocks: Blocks,
  map: BlockedMap,
  filter: BlockedFilter,
  { kernel, strides, pads }: Window,
): BlockedMap {
  const [kh, kw] = kernel;
  const [top, left, bottom, right] = pads;
  const outs = filter.shape[3]!;
  const [rows, all] = [identity(kh), identity(kw)];
  if (strides[0] === 1) {
    const whole = subKernel(blocks, filter, [rows, all], false);
    return foldable(blocks, (fold) =>
      direct(blocks, map, whole, { outs, size: kernel, pads, fold }),
    );
  }
  // Even and odd columns of the input are two convolutions of stride 1 along the width, the second on top of the first.
  const width = Math.floor((map.width + left + right - kw) / 2) + 1;
  const halves = [0, 1]
    .map((parity) => ({ parity, taps: all.filter((j) => ((j - left) & 1) === parity) }))
    .filter(({ taps }) => taps.length > 0);
  const half = ({ parity, taps }: (typeof halves)[number], fold: Fold): BlockedMap => {
    const [low, high] = [(taps[0]! - left - parity) / 2, (taps.at(-1)! - left - parity) / 2];
    const have = Math.ceil((map.width - parity) / 2);
    const [from, to] = [Math.max(0, low), Math.min(have - 1, width - 1 + high)];
    const part = blocks.columns(map, 2 * from + parity, 2, to - from + 1);
    return direct(blocks, part, subKernel(blocks, filter, [rows, taps], false), {
      outs,
      size: [kh, taps.length],
      stride: 2,
      pads: [top, from - low, bottom, width - 1 + high - to],
      fold,
    });
  };
  return foldable(blocks, (fold = nothing) => {
    const [first, second] = halves as [(typeof halves)[0], (typeof halves)[1] | undefined];
    if (!second) return half(first, fold);
    if (fold.sum !== undefined) return undefined;
    const below = half(first, { scale: fold.scale, isRectified: false });
    return half(second, { ...fold, sum: below.name });
  });
}

/**
 * The gradient towards the input of a convolution, also the transposed convolution.
 * Stride 1: a convolution with the turned filter. Stride 2 (even sizes): one for each of four phases of the result.
 */
export function blockedInputGrad(
  blocks: Blocks,
  dy: BlockedMap,
  filter: BlockedFilter,
  { kernel: [kh, kw], strides, pads: [top, left] }: Window,
  [height, width]: readonly [number, number],
): BlockedMap {
  const outs = filter.shape[2]!;
  const [rows, columns] = [identity(kh).reverse(), identity(kw).reverse()];
  if (strides[0] === 1) {
    const pads = [
      kh - 1 - top,
      kw - 1 - left,
      height - dy.height + top,
      width - dy.width + left,
    ] as const;
    const turned = subKernel(blocks, filter, [rows, columns], true);
    return foldable(blocks, (fold) =>
      direct(blocks, dy, turned, { outs, size: [kh, kw], pads, fold }),
    );
  }
  const half = { channels: outs, batches: dy.batches, height: height / 2, width: width / 2 };
  const tapsOf = (taps: readonly number[], phase: number) =>
    taps.filter((tap) => ((phase - tap) & 1) === 0);
  const phases = [0, 1].flatMap((a) =>
    [0, 1].map((b) => ({ a, b, ys: tapsOf(rows, a + top), xs: tapsOf(columns, b + left) })),
  );
  const hasTaps = ({ ys, xs }: (typeof phases)[number]) => ys.length > 0 && xs.length > 0;
  const made = (phase: (typeof phases)[number], fold?: Fold): string => {
    const { a, b, ys, xs } = phase;
    if (!hasTaps(phase)) {
      return blocks.graph.op('ConstantOfShape', [blocks.graph.ints(blocks.dims(half))]);
    }
    const [first, last] = [(a + top - ys[0]!) / 2, (a + top - ys.at(-1)!) / 2];
    const [start, end] = [(b + left - xs[0]!) / 2, (b + left - xs.at(-1)!) / 2];
    const pads = [
      -first,
      -start,
      half.height + last - dy.height,
      half.width + end - dy.width,
    ] as const;
    const cut = blocks.pad(dy, pads.map((n) => Math.min(0, n)) as unknown as Pads);
    const more = pads.map((n) => Math.max(0, n)) as unknown as Pads;
    const taps = subKernel(blocks, filter, [ys, xs], true);
    return direct(blocks, cut, taps, { outs, size: [ys.length, xs.length], pads: more, fold }).name;
  };
  return foldable(blocks, (fold) => {
    if (fold && (fold.sum !== undefined || !phases.every(hasTaps))) return undefined;
    return blocks.interleave(
      phases.map((phase) => made(phase, fold)),
      half,
    );
  });
}
