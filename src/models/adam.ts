// Adam (Kingma & Ba, ICLR 2015) as graph operations, ten a tensor.
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

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
export function adamRates(learningRate: number, step: number): Float32Array {
  if (!(learningRate > 0)) {
    throw new Error(`Expected \`learningRate\` to be above 0, got ${learningRate}`);
  }
  const reach = (1 - BETA1 ** step) / (learningRate * (1 - BETA1));
  return Float32Array.of(reach * Math.sqrt((1 - BETA2) / (1 - BETA2 ** step)), reach * EPSILON);
}

/** @param rates [2], from {@link adamRates} */
export function adamUpdate(
  { weight, m, v }: AdamSlot,
  gradient: Tensor,
  rates: Tensor1D,
): AdamSlot {
  const [k, e] = tf.unstack(rates) as [Tensor, Tensor];
  const nextM = tf.add(tf.mul(m, BETA1), gradient);
  const nextV = tf.add(tf.mul(v, BETA2), tf.square(gradient));
  const update = tf.div(nextM, tf.add(tf.mul(tf.sqrt(nextV), k), e));
  return { weight: tf.sub(weight, update), m: nextM, v: nextV };
}
