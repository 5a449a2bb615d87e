// Batch normalisation written out with its own gradient: tfjs has no training form, and composing it costs twice the passes.
// A backend that has it as one operator is asked for that instead.
import type { GradSaveFunc, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import { nativeBatchNorm } from '../engine/native-batch-norm.ts';
import { tf } from '../engine/tf.ts';

const EPS = 1e-5;
const BATCH_AXES = [0, 1, 2];

/** Statistics of one forward pass, kept for the running averages. */
export interface BatchStats {
  /** [channels] */
  readonly mean: Tensor1D;
  /** [channels], biased: divided by n. */
  readonly variance: Tensor1D;
  /** n = batch x height x width. */
  readonly count: number;
}

/**
 * Normalises with the statistics of this batch.
 * The statistics are computed outside the custom gradient, whose backward pass accounts for them.
 * `mean` and `variance` of the result are kept tensors: whoever takes them disposes them.
 */
export function batchNormTrain(
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
): { readonly y: Tensor4D; readonly stats: BatchStats } {
  const [batch, height, width] = x.shape;
  const native = nativeBatchNorm(x, gamma, beta, EPS);
  if (native) {
    const count = batch * height * width;
    const mean = tf.keep(tf.clone(native.mean));
    const variance = tf.keep(tf.mul<Tensor1D>(native.unbiasedVariance, (count - 1) / count));
    return { y: native.y, stats: { mean, variance, count } };
  }
  const mean = tf.keep(tf.mean<Tensor1D>(x, BATCH_AXES));
  const centred = tf.sub(x, mean);
  const variance = tf.keep(tf.mean<Tensor1D>(tf.square(centred), BATCH_AXES));
  const inverse = tf.rsqrt(tf.add(variance, EPS));

  const normalise = tf.customGrad((...args) => {
    const [, g, b, save] = args as [Tensor, Tensor, Tensor, GradSaveFunc];
    const value = tf.add(tf.mul(centred, tf.mul(g, inverse)), b);
    // Handed over through `save`: eager engines dispose everything else of the forward pass before the backward one.
    save([centred, inverse]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [centred, inverse] = saved as [Tensor, Tensor];
      const meanDy = tf.mean(dy, BATCH_AXES);
      const dGamma = tf.mul(tf.sum(tf.mul(dy, centred), BATCH_AXES), inverse);
      const scale = tf.mul(g, inverse);
      const n = batch * height * width;
      // dx = scale (dy - mean(dy) - centred * dGamma * inverse / n)
      const pull = tf.mul(dGamma, tf.mul(inverse, 1 / n));
      const dx = tf.mul(tf.sub(tf.sub(dy, tf.mul(centred, pull)), meanDy), scale);
      return [dx, dGamma, tf.mul(meanDy, n)];
    };
    return { value, gradFunc };
  });
  const y = normalise(x, gamma, beta) as Tensor4D;
  return { y, stats: { mean, variance, count: batch * height * width } };
}

/** Normalises with running statistics. */
export function batchNormEval(
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  runningMean: Tensor1D,
  runningVariance: Tensor1D,
): Tensor4D {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(runningVariance, EPS)));
  return tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(runningMean, scale)));
}

/** running <- 0.9 running + 0.1 batch, with the unbiased variance: PyTorch's momentum 0.1. */
export function updateRunning(
  running: { readonly mean: Tensor; readonly variance: Tensor },
  { mean, variance, count }: BatchStats,
): { readonly mean: Tensor; readonly variance: Tensor } {
  const blend = (old: Tensor, now: Tensor, factor: number) =>
    tf.add(tf.mul(old, 0.9), tf.mul(now, 0.1 * factor));
  return {
    mean: blend(running.mean, mean, 1),
    variance: blend(running.variance, variance, count / (count - 1)),
  };
}
