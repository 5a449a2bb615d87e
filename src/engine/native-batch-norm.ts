// Training batch norm as one operator, on the backends that have one.
import type { NamedAttrMap, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import { tf } from './tf.ts';

/** Inputs x, gamma, beta; attribute epsilon; outputs y, mean, unbiased variance, and what its gradient needs. */
export const BATCH_NORM_KERNEL = 'HeatstreamBatchNormTrain';

export interface NativeBatchNorm {
  readonly y: Tensor4D;
  /** [channels] */
  readonly mean: Tensor1D;
  /** [channels], divided by n - 1 */
  readonly unbiasedVariance: Tensor1D;
}

/** @returns undefined where the active backend has no such operator: compose it then. */
export function nativeBatchNorm(
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
): NativeBatchNorm | undefined {
  if (!(tf.getKernel(BATCH_NORM_KERNEL, tf.getBackend()) as unknown)) return undefined;
  const attrs: NamedAttrMap = { epsilon };
  const outputs: Tensor[] = tf.engine().runKernel(BATCH_NORM_KERNEL, { x, gamma, beta }, attrs);
  const [y, mean, unbiasedVariance] = outputs as [Tensor4D, Tensor1D, Tensor1D];
  return { y, mean, unbiasedVariance };
}
