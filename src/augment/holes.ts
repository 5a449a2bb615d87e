// Rectangles as masks inside a step: which pixels a cut-out leaves.
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import type { Affine, Size } from '../pose/types.ts';

export interface Holes {
  /** [batch, n, 2]: x, y in pixels, cut to whole ones towards zero. */
  readonly centres: Tensor3D;
  /** [batch, n, 2]: reach to the left and right, up and down. */
  readonly halves: Tensor3D;
}

/**
 * Pixels that stay: 0 where x is in [trunc(cx) - sx, trunc(cx) + sx) and y likewise for any hole, else 1.
 * @param limit pixels beyond it are never cut; the reference swaps the sides here, so that portrait crops keep their lowest rows
 * @returns [batch, height, width, 1]
 */
export function keptPixels(holes: Holes, size: Size, limit: Size = size): Tensor4D {
  const [batch] = holes.centres.shape;
  const across = inside(holes, 0, size.width, limit.width);
  const down = inside(holes, 1, size.height, limit.height);
  // [batch, height, n] x [batch, n, width] counts the holes over a pixel.
  const covering = tf.matMul(down, across, true, false);
  const kept = tf.relu(tf.sub(1, covering));
  return tf.reshape(kept, [batch, size.height, size.width, 1]);
}

/** [batch, n, length]: 1 where a line of pixels runs through a hole. */
function inside({ centres, halves }: Holes, axis: 0 | 1, length: number, limit: number): Tensor3D {
  const [batch, n] = centres.shape;
  const line = tf.range(0, length);
  const reach = tf.slice(halves, [0, 0, axis], [batch, n, 1]);
  const centre = truncated(tf.slice(centres, [0, 0, axis], [batch, n, 1]));
  const isBehind = tf.greaterEqual(line, tf.sub(centre, reach));
  const isBefore = tf.less(line, tf.minimum(tf.add(centre, reach), limit));
  return tf.cast(tf.logicalAnd(isBehind, isBefore), 'float32');
}

/** To whole pixels towards zero. */
export function truncated(x: Tensor3D): Tensor3D {
  return tf.mul(tf.sign(x), tf.floor(tf.abs(x)));
}

/**
 * Where each joint's heatmap is highest, in pixels of the input.
 * @param heatmaps [batch, h, w, joints]
 * @param inputFromHeatmap without rotation
 * @returns [batch, joints, 2]: x, y
 */
export function peakPositions(heatmaps: Tensor4D, inputFromHeatmap: Affine): Tensor3D {
  const [batch, height, width, joints] = heatmaps.shape;
  const flat = tf.reshape(heatmaps, [batch, height * width, joints]);
  const at: Tensor2D = tf.cast(tf.argMax(flat, 1), 'float32');
  const row = tf.floor(tf.div(tf.add(at, 0.5), width));
  const column = tf.sub(at, tf.mul(row, width));
  const [kx, , x, , ky, y] = inputFromHeatmap;
  return tf.add<Tensor3D>(tf.mul(tf.stack([column, row], 2), tf.tensor1d([kx, ky])), [x, y]);
}
