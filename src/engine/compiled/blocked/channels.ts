// Arithmetic a channel on blocked maps: depthwise convolutions do in one pass what broadcasting does in several.
import type { BlockedMap, Blocks } from './map.ts';
import { nchwc } from './map.ts';

/** Names of [padded channels] vectors, and of a whole map to add. */
export interface Affine {
  readonly base: BlockedMap;
  readonly scale?: string | undefined;
  readonly shift?: string | undefined;
  readonly sum?: string | undefined;
  /** Scale and shift, where they are there, are the same in every call for the same state. */
  readonly isFixed: boolean;
}

const perPixel = {
  kernel_shape: [1, 1],
  strides: [1, 1],
  dilations: [1, 1],
  pads: [0, 0, 0, 0],
} as const;

/** base * scale + shift + sum, rectified on demand, in one pass: that of the convolution before where it can. */
export function affine(
  blocks: Blocks,
  { base, scale, shift, sum, isFixed }: Affine,
  isRectified = false,
): BlockedMap {
  const folded = isFixed && blocks.folds.get(base.name)?.({ scale, shift, sum, isRectified });
  if (folded) return folded;
  const full = blocks.padded(base.channels);
  const factor = scale ? blocks.graph.reshape(scale, [full, 1, 1, 1]) : filled(blocks, 1, full);
  const more = shift || sum ? [shift ?? '', ...(sum ? [sum] : [])] : [];
  const attributes = { ...perPixel, group: full, ...(isRectified ? { activation: 'Relu' } : {}) };
  return { ...base, name: blocks.conv([base.name, factor, ...more], attributes) };
}

/** [padded channels]: means over batch, height and width. */
export function channelMeans(blocks: Blocks, map: BlockedMap): string {
  const { graph } = blocks;
  const parts = partsOf(blocks, map);
  const means = graph.op('GlobalAveragePool', [graph.reshape(map.name, parts.shown)], {}, nchwc);
  return graph.reshape(
    graph.op('ReduceMean', [graph.reshape(means, parts.sums)], { axes: [0, 2], keepdims: 0 }),
    [blocks.padded(map.channels)],
  );
}

/** [padded channels]: sums of a product of two maps; the second is the kernel of a depthwise convolution. */
export function channelDots(blocks: Blocks, a: BlockedMap, b: BlockedMap): string {
  const { graph } = blocks;
  const parts = partsOf(blocks, a);
  const [, count, height, width] = parts.shown;
  const kernel = graph.reshape(b.name, [count, 1, height, width]);
  const dots = blocks.conv([graph.reshape(a.name, parts.shown), kernel], {
    ...perPixel,
    kernel_shape: [height, width],
    group: count,
  });
  const each = graph.reshape(dots, parts.sums);
  const sums = graph.op('ReduceSum', [each, graph.ints([0, 2])], { keepdims: 0 });
  return graph.reshape(sums, [blocks.padded(a.channels)]);
}

/** Longest row of numbers that is summed in one go: rounding errors grow with it. */
const longestSum = 1024;

/** A map as many maps of fewer rows, and the shape of one number a part: [batch / B, channels / B, parts, B]. */
function partsOf(blocks: Blocks, { batches, channels, height, width }: BlockedMap) {
  const row = width * blocks.size;
  const fits = (rows: number) => rows === 1 || (height % rows === 0 && rows * row <= longestSum);
  let rows = height;
  while (!fits(rows)) rows--;
  const full = blocks.padded(channels);
  return {
    shown: [1, (batches * full * height) / rows, rows, row] as const,
    sums: [batches, full / blocks.size, height / rows, blocks.size],
  };
}

/** `dy` where y is above 0, else 0. */
export function masked(blocks: Blocks, dy: BlockedMap, y: BlockedMap): BlockedMap {
  const full = blocks.padded(y.channels);
  const mask = blocks.conv([y.name, filled(blocks, 1e38, full)], {
    ...perPixel,
    group: full,
    activation: 'Clip',
    activation_params: Float32Array.of(0, 1),
  });
  return { ...dy, name: blocks.graph.op('Mul', [dy.name, mask]) };
}

const filled = (blocks: Blocks, value: number, full: number): string =>
  blocks.graph.constant(
    new Float32Array(full).fill(value),
    [full, 1, 1, 1],
    'float32',
    `all ${value}`,
  );
