// Resizing and warping.
import { tf } from '../../../src/engine/tf.ts';
import { build, sample, warp } from '../reference.ts';
import { moved } from './case.ts';
import type { Case, T4 } from './case.ts';

const cpuResize = { cpu: "tfjs cpu's resize gradients are wrong for batches and non-square maps" };
const matrices = build(
  [2, 8],
  ([n, k]) =>
    [
      [0.8, -0.3, 1.1, 0.2, 0.9, -0.4, 0, 0],
      [1.1, 0.2, -0.7, -0.1, 1.2, 0.6, 0.01, -0.02],
    ][n!]![k!]!,
);
const cpuWarp = { cpu: 'tfjs cpu warps only the first picture of a batch' };
const oneTransform = { webgpu: 'tfjs webgpu needs a transform a picture; views come so' };
const warpCase = (border: 'zero' | 'edge', size?: [number, number], count = 2): Case => ({
  name: `warp, ${border} border${size ? `, to ${size.join('x')}` : ''}, ${count} transforms`,
  skip: { ...cpuWarp, ...(count === 1 && oneTransform) },
  shapes: [[2, 4, 6, 3]],
  isDifferentiable: false,
  op: (x) =>
    tf.image.transform(
      x as T4,
      tf.tensor2d(Float32Array.from(matrices.data.slice(0, count * 8)), [count, 8]),
      'bilinear',
      border === 'edge' ? 'nearest' : 'constant',
      0,
      size,
    ),
  reference: (x) =>
    warp(
      x,
      { shape: [count, 8], data: matrices.data.slice(0, count * 8) },
      size ?? [4, 6],
      border === 'edge',
    ),
});

export const resizes: readonly Case[] = [
  {
    name: 'resizeNearestNeighbor x2',
    shapes: [[2, 3, 4, 2]],
    skip: cpuResize,
    op: (x) => tf.image.resizeNearestNeighbor(x as T4, [6, 8]),
    reference: (x) => moved(x, [2, 6, 8, 2], ([n, i, j, c]) => [n!, i! >> 1, j! >> 1, c!]),
  },
  {
    name: 'resizeNearestNeighbor x1.5',
    shapes: [[2, 4, 6, 2]],
    skip: cpuResize,
    op: (x) => tf.image.resizeNearestNeighbor(x as T4, [6, 9]),
    reference: (x) =>
      moved(x, [2, 6, 9, 2], ([n, i, j, c]) => [
        n!,
        Math.floor((i! * 2) / 3),
        Math.floor((j! * 2) / 3),
        c!,
      ]),
  },
  {
    name: 'resizeBilinear align_corners',
    shapes: [[2, 3, 4, 2]],
    skip: cpuResize,
    op: (x) => tf.image.resizeBilinear(x as T4, [6, 7], true),
    reference: (x) =>
      build([2, 6, 7, 2], ([n, i, j, c]) => sample(x, n!, (i! * 2) / 5, (j! * 3) / 6, c!, true)),
  },
  {
    name: 'resizeBilinear down',
    shapes: [[2, 6, 8, 2]],
    skip: cpuResize,
    op: (x) => tf.image.resizeBilinear(x as T4, [3, 4]),
    reference: (x) =>
      build([2, 3, 4, 2], ([n, i, j, c]) => sample(x, n!, i! * 2, j! * 2, c!, true)),
  },
  warpCase('zero'),
  warpCase('edge'),
  warpCase('zero', [5, 3]),
  warpCase('edge', [3, 7], 1),
];
