// Heatmap regression losses.
import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
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

/** Mean over batch and joints of the heatmap maximum: the signal that falls when training collapses. */
export function meanPeak(heatmaps: Tensor4D): Scalar {
  return tf.mean(tf.max(heatmaps, [1, 2]));
}
