// Filter gradients on blocked maps: the input with its lanes exchanged, convolved with the gradient map as the kernel.
import { identity } from '../plain/stored.ts';
import type { Window } from '../program/node.ts';
import type { BlockedFilter } from './filter.ts';
import { filterDims } from './filter.ts';
import type { BlockedMap, Blocks } from './map.ts';

export function blockedFilterGrad(
  blocks: Blocks,
  x: BlockedMap,
  dy: BlockedMap,
  { kernel: [kh, kw], strides, pads: [top, left] }: Window,
): BlockedFilter {
  const { graph, size } = blocks;
  const isSparse = strides[0] === 2 && kh === 1 && kw === 1 && top === 0 && left === 0;
  const seen = isSparse ? blocks.lines(blocks.columns(x, 0, 2, dy.width), 0, 2, dy.height) : x;
  const stride = isSparse ? 1 : strides[0];
  const right = kw + stride * (dy.width - 1) - seen.width - left;
  const bottom = kh + stride * (dy.height - 1) - seen.height - top;
  // Rows can be bordered by the convolution itself, columns cannot: a column of the kernel is one pixel here.
  const rows = bottom >= 0 ? ([top, bottom] as const) : ([0, 0] as const);
  const whole = blocks.pad(seen, [bottom >= 0 ? 0 : top, left, bottom >= 0 ? 0 : bottom, right]);
  const [ib, ob] = [blocks.padded(x.channels) / size, blocks.padded(dy.channels) / size];
  const area = whole.height * whole.width;
  const lanes = blocks.swapLanes(whole.name, whole.batches * ib * area);
  const apart = (name: string, parts: number, length: number) => {
    const picked = identity(parts).flatMap((p) =>
      identity(whole.batches).map((n) => n * parts + p),
    );
    return whole.batches === 1 ? name : blocks.rows(name, [picked.length, length], picked);
  };
  const pictures = apart(lanes, ib, area * size * size);
  const kernel = apart(dy.name, ob, dy.height * dy.width * size * size);
  const gradient = blocks.conv(
    [
      graph.reshape(pictures, [ib, whole.batches * size, whole.height, whole.width * size]),
      graph.reshape(kernel, [ob * size, whole.batches * size, dy.height, dy.width]),
    ],
    {
      kernel_shape: [dy.height, dy.width],
      strides: [1, 1],
      dilations: [stride, stride * size],
      pads: [rows[0], 0, rows[1], 0],
      group: 1,
    },
  );
  const shape = [kh, kw, x.channels, dy.channels];
  return { name: outputsFirst(blocks, gradient, [ib, ob], shape), shape, isDirty: false };
}

/** [in / B, out / B, kh, kw, B in, B out] with the two outer axes exchanged. */
function outputsFirst(
  blocks: Blocks,
  gradient: string,
  [ib, ob]: readonly [number, number],
  shape: readonly number[],
): string {
  const dims = filterDims(blocks, shape);
  if (ib === 1 || ob === 1) return blocks.graph.reshape(gradient, dims);
  const picked = identity(ob).flatMap((o) => identity(ib).map((i) => i * ob + o));
  const length = shape[0]! * shape[1]! * blocks.size ** 2;
  return blocks.graph.reshape(blocks.rows(gradient, [ib * ob, length], picked), dims);
}
