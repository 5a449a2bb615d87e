// Adam (Kingma & Ba, ICLR 2015) as graph operations, ten a tensor.
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';

export interface AdamSettings {
  /** How much of the mean gradient stays each step, 0 to below 1. */
  readonly beta1: number;
  /** The same of the mean square. */
  readonly beta2: number;
  /** Added to the root of the mean square, above 0. */
  readonly epsilon: number;
}

/** Those of the paper, and of torch.optim. */
const ADAM_SETTINGS: AdamSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export interface AdamSlot {
  readonly weight: Tensor;
  /** m / (1 - beta1): scaled so that the update needs fewer operations. */
  readonly m: Tensor;
  /** v / (1 - beta2). */
  readonly v: Tensor;
}

/**
 * The two numbers a step that hold learning rate and bias correction: w -= M / (sqrt(V) k + e).
 * @param learningRate > 0
 * @param step counts from 1
 */
export function adamRates(
  learningRate: number,
  step: number,
  { beta1, beta2, epsilon }: AdamSettings = ADAM_SETTINGS,
): Float32Array {
  if (!(learningRate > 0)) {
    throw new Error(`Expected \`learningRate\` to be above 0, got ${learningRate}`);
  }
  const reach = (1 - beta1 ** step) / (learningRate * (1 - beta1));
  return Float32Array.of(reach * Math.sqrt((1 - beta2) / (1 - beta2 ** step)), reach * epsilon);
}

/** @param rates [2], from {@link adamRates} of the same settings */
export function adamUpdate(
  { weight, m, v }: AdamSlot,
  gradient: Tensor,
  rates: Tensor1D,
  { beta1, beta2 }: Pick<AdamSettings, 'beta1' | 'beta2'> = ADAM_SETTINGS,
): AdamSlot {
  const [k, e] = tf.unstack(rates) as [Tensor, Tensor];
  const nextM = tf.add(tf.mul(m, beta1), gradient);
  const nextV = tf.add(tf.mul(v, beta2), tf.square(gradient));
  const update = tf.div(nextM, tf.add(tf.mul(tf.sqrt(nextV), k), e));
  return { weight: tf.sub(weight, update), m: nextM, v: nextV };
}
