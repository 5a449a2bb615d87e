// Arithmetic a channel on blocked maps: depthwise convolutions do in one pass what broadcasting does in several.
import type { BlockedMap, Blocks } from './map.ts';

/** Names of [padded channels] vectors, and of a whole map to add. */
export interface Affine {
  readonly base: BlockedMap;
  readonly scale?: string | undefined;
  readonly shift?: string | undefined;
  readonly sum?: string | undefined;
}

const perPixel = {
  kernel_shape: [1, 1],
  strides: [1, 1],
  dilations: [1, 1],
  pads: [0, 0, 0, 0],
} as const;

/** base * scale + shift + sum, rectified on demand, in one pass. */
export function affine(
  blocks: Blocks,
  { base, scale, shift, sum }: Affine,
  isRectified = false,
): BlockedMap {
  const full = blocks.padded(base.channels);
  const factor = scale ? blocks.graph.reshape(scale, [full, 1, 1, 1]) : filled(blocks, 1, full);
  const more = shift || sum ? [shift ?? '', ...(sum ? [sum] : [])] : [];
  const attributes = { ...perPixel, group: full, ...(isRectified ? { activation: 'Relu' } : {}) };
  return { ...base, name: blocks.conv([base.name, factor, ...more], attributes) };
}

/** [padded channels]: sums over batch, height and width. */
export function channelMeans(blocks: Blocks, map: BlockedMap): string {
  const { graph } = blocks;
  const full = blocks.padded(map.channels);
  const means = graph.op('GlobalAveragePool', [map.name], {}, 'com.microsoft.nchwc');
  if (map.batches === 1) return graph.reshape(means, [full]);
  return graph.op('ReduceMean', [graph.reshape(means, [map.batches, full])], {
    axes: [0],
    keepdims: 0,
  });
}

/** [padded channels]: sums of a product of two maps; the second is the kernel of a depthwise convolution. */
export function channelDots(blocks: Blocks, a: BlockedMap, b: BlockedMap): string {
  const { graph } = blocks;
  const full = blocks.padded(a.channels);
  const [maps, length] = [a.batches * full, a.width * blocks.size];
  const seen = a.batches === 1 ? a.name : graph.reshape(a.name, [1, maps, a.height, length]);
  const kernel = graph.reshape(b.name, [maps, 1, a.height, length]);
  const dots = blocks.conv([seen, kernel], {
    ...perPixel,
    kernel_shape: [a.height, length],
    group: maps,
  });
  if (a.batches === 1) return graph.reshape(dots, [full]);
  const each = graph.reshape(dots, [a.batches, full]);
  return graph.op('ReduceSum', [each, graph.ints([0])], { keepdims: 0 });
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
