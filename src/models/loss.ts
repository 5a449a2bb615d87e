// Heatmap regression losses.
import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';

/**
 * JointsMSE: (1 / J) sum_j 0.5 mean_{n,y,x} (w P - w T)^2.
 * @param predicted [batch, h, w, joints]
 * @param target the same shape
 * @param weights [batch, joints], all 1 where absent
 * Source: lib/core/loss.py of the paper's code; here divided by the joints that exist, not by 24.
 */
export function jointsMse(predicted: Tensor4D, target: Tensor4D, weights?: Tensor2D): Scalar {
  const difference = tf.sub(predicted, target);
  const weighted = weights
    ? tf.mul(difference, tf.reshape(weights, [weights.shape[0], 1, 1, weights.shape[1]]))
    : difference;
  return tf.mul(tf.mean(tf.square(weighted)), 0.5);
}

/**
 * OHKM, online hard keypoint mining (Chen et al., CVPR 2018): of each sample only the `hardest` joints with the largest loss
 * count, (1 / N) sum_n (1 / hardest) sum of the largest 0.5 mean_{y,x} (w P - w T)^2.
 * @param predicted [batch, h, w, joints]
 * @param target the same shape
 * @param weights [batch, joints]
 * @param hardest 1 to joints; of equally large ones the first count
 * Source: JointsOHKMMSELoss of leoxiaobin/deep-high-resolution-net.pytorch, lib/core/loss.py.
 */
export function hardestJointsMse(
  predicted: Tensor4D,
  target: Tensor4D,
  weights: Tensor2D,
  hardest: number,
): Scalar {
  const [batch, joints] = weights.shape;
  if (!(hardest >= 1 && hardest <= joints)) {
    throw new RangeError(`Expected 1 to ${joints} hardest joints, got ${hardest}`);
  }
  const difference = tf.mul(tf.sub(predicted, target), tf.reshape(weights, [batch, 1, 1, joints]));
  const losses = tf.mul<Tensor2D>(tf.mean(tf.square(difference), [1, 2]), 0.5);
  return tf.mul(tf.sum(tf.mul(losses, areLargest(losses, hardest))), 1 / (batch * hardest));
}

/** 1 where fewer than `count` values of the row are larger or equal and further left. Carries no gradient. */
function areLargest(values: Tensor2D, count: number): Tensor2D {
  const mark = tf.customGrad((x) => {
    const rows = x as Tensor2D;
    const [batch, length] = rows.shape;
    const own = tf.reshape(rows, [batch, length, 1]);
    const other = tf.reshape(rows, [batch, 1, length]);
    const isEarlier = tf.tensor3d(
      Array.from({ length: length ** 2 }, (_, i) => Number(i % length < Math.floor(i / length))),
      [1, length, length],
    );
    const before = tf.add(
      tf.cast(tf.greater(other, own), 'float32'),
      tf.mul(tf.cast(tf.equal(other, own), 'float32'), isEarlier),
    );
    return {
      value: tf.cast<Tensor>(tf.less(tf.sum(before, 2), count), 'float32'),
      gradFunc: (dy: Tensor) => [tf.zerosLike(dy)],
    };
  });
  return mark(values) as Tensor2D;
}

/** Mean over batch and joints of the heatmap maximum: the signal that falls when training collapses. */
export function meanPeak(heatmaps: Tensor4D): Scalar {
  return tf.mean(tf.max(heatmaps, [1, 2]));
}
