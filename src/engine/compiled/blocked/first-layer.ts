// The first convolution: few input channels, stride 2, a plain [channels, height, width, batch] picture.
// Even and odd columns become channels, so the stride along the width disappears.
import { identity } from '../plain/stored.ts';
import type { Window } from '../program/node.ts';
import { behind, foldable, scaledFilter } from './fold.ts';
import type { BlockedMap, Blocks } from './map.ts';

type Picture = readonly [channels: number, height: number, width: number, batch: number];

/** Too few input channels to fill a block, and what this file can do. */
export const isFirstLayer = (
  [, , ins]: readonly number[],
  { strides }: Window,
  width: number,
): boolean => ins! * 2 < 8 && strides[0] === 2 && strides[1] === 2 && width % 2 === 0;

/** Tap j sits in column slot (j + shift) / 2 of parity (j + shift) % 2; slots run from `low`. */
function slots(kw: number, left: number): { low: number; count: number; shift: number } {
  const low = Math.floor(-left / 2);
  return { low, count: Math.floor((kw - 1 - left) / 2) - low + 1, shift: -left - 2 * low };
}

/** @param filter [out, in, kh, kw] in plain order */
export function firstConv(
  blocks: Blocks,
  [x, [channels, height, width, batch]]: readonly [string, Picture],
  filter: string,
  outs: number,
  { kernel: [kh, kw], pads: [top, left, bottom, rightPad] }: Window,
): BlockedMap {
  const { graph, size } = blocks;
  const [batches, full] = [batch / size, blocks.padded(outs)];
  const { low, count, shift } = slots(kw, left);
  const ends = [0, 0, 0, shift, full - outs, 0, 0, 2 * count - kw - shift];
  const wide = graph.op('Pad', [filter, graph.ints(ends)]);
  const apart = graph.reshape(wide, [full / size, size, channels, kh, count, 2]);
  const kernel = graph.reshape(graph.transpose(apart, [0, 2, 5, 3, 4, 1]), [
    full,
    channels * 2,
    kh,
    count,
  ]);
  const picked = identity(batches).flatMap((n) =>
    identity(channels).flatMap((c) =>
      [0, 1].flatMap((parity) =>
        identity(height).flatMap((h) =>
          identity(width / 2).map((v) => ((c * height + h) * width + 2 * v + parity) * batches + n),
        ),
      ),
    ),
  );
  const rows = blocks.rows(x, [channels * height * width * batches, size], picked);
  const planes = graph.reshape(rows, [batches, channels * 2, height, (width / 2) * size]);
  const outWidth = Math.floor((width + left + rightPad - kw) / 2) + 1;
  const right = outWidth + low + count - 1 - width / 2;
  const outHeight = Math.floor((height + top + bottom - kh) / 2) + 1;
  return foldable(blocks, (fold = { isRectified: false }) => {
    const scaled = scaledFilter(blocks, kernel, [full, channels * 2, kh, count], fold.scale);
    const { inputs, attributes } = behind(fold);
    const name = blocks.conv([planes, scaled, ...inputs], {
      ...attributes,
      kernel_shape: [kh, count],
      strides: [2, 1],
      dilations: [1, size],
      pads: [top, -low * size, bottom, right * size],
      group: 1,
    });
    return { name, channels: outs, batches, height: outHeight, width: outWidth };
  });
}

/** A gradient map of a group of rows should fit into the cache. */
const cacheBytes = 1 << 19;

/** [out, in, kh, kw] in plain order; rows are taken in groups. */
export function firstFilterGrad(
  blocks: Blocks,
  [x, [channels, height, width, batch]]: readonly [string, Picture],
  dy: BlockedMap,
  { kernel: [kh, kw], pads: [top, left] }: Window,
): string {
  const { graph, size } = blocks;
  const [batches, outBlocks, full] = [
    batch / size,
    blocks.padded(dy.channels) / size,
    blocks.padded(dy.channels),
  ];
  const right = kw + 2 * (dy.width - 1) - width - left;
  const bottom = kh + 2 * (dy.height - 1) - height - top;
  const groups = groupsOf(dy.height, full * dy.height * dy.width * size * 4);
  // [batches, height, width, channels, B] with borders
  const pixels = identity(batches).flatMap((n) =>
    identity(height * width).flatMap((k) =>
      identity(channels).map((c) => (c * height * width + k) * batches + n),
    ),
  );
  const lanes = blocks.rows(x, [channels * height * width * batches, size], pixels);
  const unit = channels * size;
  const bordered = graph.op('Pad', [
    graph.reshape(lanes, [batches, height, width * unit]),
    graph.ints([0, top, left * unit, 0, bottom, right * unit]),
  ]);
  const [fullHeight, fullWidth, lines] = [
    height + top + bottom,
    width + left + right,
    dy.height / groups,
  ];
  const reach = kh + 2 * (lines - 1);
  const picked = identity(groups).flatMap((k) =>
    identity(batches).flatMap((n) =>
      identity(reach).map((r) => n * fullHeight + k * lines * 2 + r),
    ),
  );
  const slabs = blocks.rows(bordered, [batches * fullHeight, fullWidth * unit], picked);
  const seen = graph.reshape(slabs, [1, groups * batches * size, reach, fullWidth * channels]);
  const kernels = graph.reshape(dy.name, [
    batches,
    outBlocks,
    groups,
    lines * dy.width * size * size,
  ]);
  const kernel = graph.reshape(graph.transpose(kernels, [2, 1, 0, 3]), [
    groups * full,
    batches * size,
    lines,
    dy.width,
  ]);
  const parts = blocks.conv([seen, kernel], {
    kernel_shape: [lines, dy.width],
    strides: [1, 1],
    dilations: [2, 2 * channels],
    pads: [0, 0, 0, 0],
    group: groups,
  });
  const each = graph.reshape(parts, [groups, outBlocks * kh * kw * channels * size]);
  const sum = graph.op('ReduceSum', [each, graph.ints([0])], { keepdims: 0 });
  const apart = graph.reshape(sum, [outBlocks, kh * kw, channels, size]);
  const whole = graph.reshape(graph.transpose(apart, [0, 3, 2, 1]), [full, channels, kh, kw]);
  if (full === dy.channels) return whole;
  return graph.op('Slice', [whole, ...[[0], [dy.channels], [0]].map((v) => graph.ints(v))]);
}

function groupsOf(lines: number, bytes: number): number {
  let groups = 1;
  while (groups < 16 && lines % (groups * 2) === 0 && bytes / groups > cacheBytes) groups *= 2;
  return groups;
}
