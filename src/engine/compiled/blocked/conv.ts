// Convolutions and input gradients on blocked maps.
import { identity } from '../plain/stored.ts';
import type { Window } from '../program/node.ts';
import type { BlockedFilter } from './filter.ts';
import { subKernel } from './filter.ts';
import type { BlockedMap, Blocks, Pads } from './map.ts';

/** A convolution of stride (stride, 1) with pads in whole columns; `sum` is added to the result. */
function direct(
  blocks: Blocks,
  map: BlockedMap,
  kernel: string,
  {
    outs,
    size,
    stride = 1,
    pads,
    sum,
  }: {
    readonly outs: number;
    readonly size: readonly [number, number];
    readonly stride?: number;
    readonly pads: Pads;
    readonly sum?: string | undefined;
  },
): BlockedMap {
  const [top, left, bottom, right] = pads;
  const [kh, kw] = size;
  const inputs = sum === undefined ? [map.name, kernel] : [map.name, kernel, '', sum];
  const name = blocks.conv(inputs, {
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
    return direct(blocks, map, subKernel(blocks, filter, [rows, all], false), {
      outs,
      size: kernel,
      pads,
    });
  }
  // Even and odd columns of the input are two convolutions of stride 1 along the width.
  const width = Math.floor((map.width + left + right - kw) / 2) + 1;
  let out: BlockedMap | undefined;
  for (const parity of [0, 1]) {
    const taps = all.filter((j) => ((j - left) & 1) === parity);
    if (taps.length === 0) continue;
    const [low, high] = [(taps[0]! - left - parity) / 2, (taps.at(-1)! - left - parity) / 2];
    const have = Math.ceil((map.width - parity) / 2);
    const [from, to] = [Math.max(0, low), Math.min(have - 1, width - 1 + high)];
    const part = blocks.columns(map, 2 * from + parity, 2, to - from + 1);
    out = direct(blocks, part, subKernel(blocks, filter, [rows, taps], false), {
      outs,
      size: [kh, taps.length],
      stride: 2,
      pads: [top, from - low, bottom, width - 1 + high - to],
      sum: out?.name,
    });
  }
  return out!;
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
    return direct(blocks, dy, subKernel(blocks, filter, [rows, columns], true), {
      outs,
      size: [kh, kw],
      pads,
    });
  }
  const half = { channels: outs, batches: dy.batches, height: height / 2, width: width / 2 };
  const phases = [0, 1].flatMap((a) =>
    [0, 1].map((b) => {
      const ys = rows.filter((i) => ((a + top - i) & 1) === 0);
      const xs = columns.filter((j) => ((b + left - j) & 1) === 0);
      if (ys.length === 0 || xs.length === 0) {
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
      return direct(blocks, cut, taps, { outs, size: [ys.length, xs.length], pads: more }).name;
    }),
  );
  return blocks.interleave(phases, half);
}
