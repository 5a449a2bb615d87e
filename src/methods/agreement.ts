// How far a student is from its target: the paper's plain mean square, and the remedies that it reports as failed.
import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import { jointsMse } from '../models/loss.ts';
import type { MethodSettings } from './method.ts';

/** A pixel at the top of a peak weighs this many background pixels (`reweight: foreground`). */
const FOREGROUND = 10;

/**
 * @param student [batch, h, w, joints]
 * @param target the same shape; its weights carry no gradient
 */
export function agreement(
  student: Tensor4D,
  target: Tensor4D,
  { threshold, reweight }: Pick<MethodSettings, 'threshold' | 'reweight'>,
): Scalar {
  if (threshold === 0 && reweight === 'none') return jointsMse(student, target);
  const fixed = stopGradient(target);
  const peaks = tf.max<Tensor2D>(fixed, [1, 2]);
  const confident: Tensor2D =
    threshold > 0 ? tf.cast(tf.greaterEqual(peaks, threshold), 'float32') : tf.onesLike(peaks);
  if (reweight === 'foreground') {
    // Weights multiply differences, which are squared.
    const height = tf.clipByValue(fixed, 0, 1);
    const weight = tf.sqrt(tf.add(1, tf.mul(FOREGROUND - 1, height)));
    const weighted = (x: Tensor4D) => tf.mul<Tensor4D>(x, weight);
    return jointsMse(weighted(student), weighted(target), confident);
  }
  const trust = reweight === 'confidence' ? tf.sqrt(tf.clipByValue(peaks, 0, 1)) : 1;
  return jointsMse(student, target, tf.mul<Tensor2D>(confident, trust));
}

/** The value without its history. */
function stopGradient<T extends Tensor>(x: T): T {
  const stop = tf.customGrad((value) => ({
    value: tf.clone(value as Tensor),
    gradFunc: (dy: Tensor) => [tf.zerosLike(dy)],
  }));
  return stop(x) as T;
}
