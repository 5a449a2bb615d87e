// Convolutions and pooling.
import type * as TF from '@tensorflow/tfjs';
import { tf } from '../../../src/engine/tf.ts';
import { conv2d, conv2dTranspose, maxPool, pointwise } from '../reference.ts';
import { moved } from './case.ts';
import type { Case, T4 } from './case.ts';

const numericPadding = {
  tensorflow:
    "tfjs-node refuses padding by a number there; the networks pad first, then convolve 'valid'",
};
const convCase = (
  k: number,
  stride: number,
  pad: 'valid' | 'same' | number,
  [h, w]: readonly [number, number],
  channels: readonly [number, number] = [3, 4],
): Case => {
  const { outHeight, outWidth, padInfo } = tf.backend_util.computeConv2DInfo(
    [2, h, w, channels[0]],
    [k, k, channels[0], channels[1]],
    stride,
    1,
    pad,
    typeof pad === 'number' ? 'floor' : undefined,
  );
  return {
    ...(typeof pad === 'number' && { skip: numericPadding }),
    name: `conv2d ${k}x${k} stride ${stride} pad ${pad} on ${h}x${w}`,
    shapes: [
      [2, h, w, channels[0]],
      [k, k, channels[0], channels[1]],
    ],
    op: (x, f) =>
      tf.conv2d(
        x as T4,
        f as T4,
        stride,
        pad,
        'NHWC',
        1,
        typeof pad === 'number' ? 'floor' : undefined,
      ),
    reference: (x, f) => conv2d(x, f, stride, [padInfo.top, padInfo.left], [outHeight, outWidth]),
  };
};
const border = (x: TF.Tensor, n: number) =>
  tf.pad(x, [
    [0, 0],
    [n, n],
    [n, n],
    [0, 0],
  ]) as T4;

export const convolutions: readonly Case[] = [
  convCase(1, 1, 'valid', [3, 5]),
  convCase(1, 2, 'valid', [4, 7]),
  convCase(3, 1, 'same', [4, 6]),
  convCase(3, 1, 1, [5, 3]),
  convCase(3, 1, 'valid', [5, 6]),
  convCase(3, 2, 'same', [6, 8]),
  convCase(3, 2, 1, [6, 8]),
  convCase(3, 2, 1, [5, 7]),
  convCase(5, 1, 2, [5, 6]),
  convCase(5, 2, 2, [8, 6]),
  convCase(7, 2, 3, [8, 10], [2, 2]),
  convCase(3, 1, 1, [2, 3], [5, 1]),
  // More channels than pixels.
  convCase(3, 1, 'same', [1, 2], [2, 6]),
  convCase(2, 2, 'valid', [2, 4], [3, 5]),
  {
    name: 'pad and conv2d valid stride 2',
    shapes: [
      [2, 6, 8, 3],
      [3, 3, 3, 2],
    ],
    op: (x, f) => tf.conv2d(border(x, 1), f as T4, 2, 'valid'),
    reference: (x, f) => conv2d(x, f, 2, [1, 1], [3, 4]),
  },
  {
    name: 'pad and conv2d valid stride 1',
    shapes: [
      [2, 3, 4, 3],
      [3, 3, 3, 2],
    ],
    op: (x, f) => tf.conv2d(border(x, 1), f as T4, 1, 'valid'),
    reference: (x, f) => conv2d(x, f, 1, [1, 1], [3, 4]),
  },
  {
    name: 'conv2d after a channel-wise product',
    shapes: [[2, 3, 4, 3], [3], [1, 1, 3, 2]],
    op: (x, s, f) => tf.conv2d(tf.mul<T4>(x, s), f as T4, 1, 'valid'),
    reference: (x, s, f) =>
      conv2d(
        pointwise((a, b) => a * b, x, s),
        f,
        1,
        [0, 0],
        [3, 4],
      ),
  },
  {
    name: 'conv2dTranspose 4x4 stride 2',
    shapes: [
      [2, 3, 2, 3],
      [4, 4, 2, 3],
    ],
    op: (x, f) => tf.conv2dTranspose(x as T4, f as T4, [2, 6, 4, 2], 2, 'same'),
    reference: (x, f) => conv2dTranspose(x, f, 2, 1, [6, 4]),
  },
  // onnxruntime's WebGPU provider convolves six channels wrongly: forwards here, in the gradient below.
  convCase(3, 2, 1, [4, 6], [6, 4]),
  {
    name: 'conv2dTranspose 4x4 stride 2 to six channels',
    shapes: [
      [2, 3, 2, 4],
      [4, 4, 6, 4],
    ],
    op: (x, f) => tf.conv2dTranspose(x as T4, f as T4, [2, 6, 4, 6], 2, 'same'),
    reference: (x, f) => conv2dTranspose(x, f, 2, 1, [6, 4]),
  },
  {
    name: 'conv2dTranspose 3x3 stride 1',
    shapes: [
      [2, 3, 4, 2],
      [3, 3, 3, 2],
    ],
    op: (x, f) => tf.conv2dTranspose(x as T4, f as T4, [2, 3, 4, 3], 1, 'same'),
    reference: (x, f) => conv2dTranspose(x, f, 1, 1, [3, 4]),
  },
  {
    name: 'maxPool 2x2',
    shapes: [[2, 4, 6, 3]],
    op: (x) => tf.maxPool(x as T4, 2, 2, 'valid'),
    reference: (x) => maxPool(x, 2, 2, [2, 3]),
  },
  {
    name: 'maxPool 3x3 stride 2 with a border',
    skip: numericPadding,
    shapes: [[2, 6, 8, 2]],
    op: (x) => tf.maxPool(x as T4, 3, 2, 1, 'floor'),
    reference: (x) => maxPool(x, 3, 2, [3, 4], 1),
  },
  {
    name: 'maxPool of negative numbers',
    shapes: [[2, 4, 6, 3]],
    range: [-2, -1],
    op: (x) => tf.maxPool(x as T4, 2, 2, 'valid'),
    reference: (x) => maxPool(x, 2, 2, [2, 3]),
  },
  {
    name: 'maxPool after relu and pad',
    shapes: [[2, 6, 8, 2]],
    op: (x) => tf.maxPool(border(tf.relu(x), 1), 3, 2, 'valid'),
    reference: (x) =>
      maxPool(
        pointwise((v) => Math.max(0, v), x),
        3,
        2,
        [3, 4],
        1,
      ),
  },
  {
    name: 'maxPool after pad of numbers of both signs',
    shapes: [[2, 4, 6, 2]],
    op: (x) => tf.maxPool(border(x, 1), 3, 2, 'valid'),
    reference: (x) =>
      maxPool(
        moved(x, [2, 6, 8, 2], ([a, b, c, d]) => [a!, b! - 1, c! - 1, d!]),
        3,
        2,
        [2, 3],
      ),
  },
];
