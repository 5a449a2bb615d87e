// The flip test: heatmaps of a picture averaged with those of its mirror image, brought back.
import type { Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import { partners } from '../pose/partners.ts';
import type { Skeleton } from '../pose/types.ts';

/**
 * How far the mirrored heatmaps move to the right before they are averaged, in heatmap pixels: not at all, by a whole pixel
 * (HRNet's SHIFT_HEATMAP), or by 3/4. At a stride of 4 the last one is exact where pixel centres meet (`centres`); where
 * `edges` or `corners` meet, `average` is.
 */
export type Flip = 'none' | 'average' | 'shift-1' | 'shift-0.75';

export interface FlipTest {
  readonly flip: Exclude<Flip, 'none'>;
  readonly skeleton: Pick<Skeleton, 'joints' | 'flipPairs'>;
}

/** Pixels [batch, h, w, 3], left and right exchanged. */
export const mirrored = (pictures: Tensor4D): Tensor4D =>
  tf.gather(pictures, fromRight(pictures.shape[2]), 2);

/**
 * @param straight heatmaps of the pictures, [batch, h, w, joints]
 * @param flipped heatmaps of the mirrored pictures, the same shape
 */
export function flipAverage(
  straight: Tensor4D,
  flipped: Tensor4D,
  { flip, skeleton }: FlipTest,
): Tensor4D {
  const back = tf.gather(flipped, partners(skeleton), 3);
  return tf.mul(tf.add(straight, shifted(back, flip)), 0.5);
}

/** Mirrors maps and moves them to the right. */
function shifted(flipped: Tensor4D, flip: FlipTest['flip']): Tensor4D {
  const columns = fromRight(flipped.shape[2]);
  const still = tf.gather(flipped, columns, 2);
  if (flip === 'average') return still;
  const neighbour = tf.gather(flipped, [columns[0]!, ...columns.slice(0, -1)], 2);
  if (flip === 'shift-1') return neighbour;
  // Nothing lies to the left of the first column.
  const share = tf.tensor4d(
    columns.map((_, x) => (x === 0 ? 0 : 0.75)),
    [1, 1, columns.length, 1],
  );
  return tf.add(tf.mul(still, 0.25), tf.mul(neighbour, share));
}

const fromRight = (width: number): number[] =>
  Array.from({ length: width }, (_, x) => width - 1 - x);
