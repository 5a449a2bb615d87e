// Views inside a step: normalise crops and warp them by the matrices that came with the batch.
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import type { Size } from '../pose/types.ts';

/** Sizes and normalisation that a step is built for. */
export interface StepGeometry {
  readonly stored: Size;
  readonly input: Size;
  readonly heatmap: Size;
  /** RGB on the 0–255 scale: x <- (x - mean) / std. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/**
 * A normalised view of stored crops.
 * @param crops [batch, stored h, stored w, 3], 0–255
 * @param sourceFromView [batch, 8]: view pixel to crop pixel
 * @returns [batch, input h, input w, 3]; 0 outside the crop, which is the mean colour
 */
export function drawView(
  crops: Tensor4D,
  sourceFromView: Tensor2D,
  { input, mean, std }: StepGeometry,
): Tensor4D {
  const scale = tf.tensor1d(std.map((deviation) => 1 / deviation));
  return warp(tf.mul(tf.sub(crops, tf.tensor1d([...mean])), scale), sourceFromView, input);
}

/** Bilinear warp, 0 outside; `sourceFromTarget` [batch, 8] maps target pixels to source pixels. No gradient. */
export function warp(x: Tensor4D, sourceFromTarget: Tensor2D, size: Size): Tensor4D {
  return tf.image.transform(x, sourceFromTarget, 'bilinear', 'constant', 0, [
    size.height,
    size.width,
  ]);
}

/**
 * The same warp with a gradient towards `x`, as a product with its interpolation matrix.
 * Memory grows with (pixels of x) x (pixels of the target): for small heatmaps.
 */
export function warpWithGradient(x: Tensor4D, sourceFromTarget: Tensor2D, size: Size): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const pixels = size.width * size.height;
  const column = tf.tensor1d(Array.from({ length: pixels }, (_, i) => i % size.width));
  const row = tf.tensor1d(Array.from({ length: pixels }, (_, i) => Math.floor(i / size.width)));
  const coefficient = (i: number) => tf.slice(sourceFromTarget, [0, i], [batch, 1]);
  const source = (i: number) =>
    tf.add(
      tf.add(tf.mul(coefficient(i), column), tf.mul(coefficient(i + 1), row)),
      coefficient(i + 2),
    );
  /** [batch, target pixels, length]: weight of each source line, a hat function around the source coordinate. */
  const hat = (at: ReturnType<typeof source>, length: number) =>
    tf.relu(tf.sub(1, tf.abs(tf.sub(tf.expandDims(at, 2), tf.range(0, length)))));
  const alongX = tf.reshape(hat(source(0), width), [batch, pixels, 1, width]);
  const alongY = tf.reshape(hat(source(3), height), [batch, pixels, height, 1]);
  const matrix = tf.reshape(tf.mul(alongY, alongX), [batch, pixels, height * width]);
  const flat = tf.matMul(matrix, tf.reshape(x, [batch, height * width, channels]));
  return tf.reshape(flat, [batch, size.height, size.width, channels]);
}
