// Registers a wasm kernel that is written in tfjs ops: kernels get bare tensor infos, ops need tensors.
import type * as TF from '@tensorflow/tfjs';
import { tf } from '../tf.ts';

/** Replaces the backend's own kernel, where it has one. */
export function composedKernel(
  kernelName: string,
  compute: (inputs: Readonly<Record<string, TF.Tensor4D>>, attrs: never) => TF.Tensor,
): void {
  if (tf.getKernel(kernelName, 'wasm') as TF.KernelConfig | undefined)
    tf.unregisterKernel(kernelName, 'wasm');
  const kernelFunc: TF.KernelFunc = ({ inputs, attrs }) =>
    tf.tidy(() => {
      const tensors = Object.entries(inputs).map(
        ([name, info]) => [name, asTensor(info!)] as const,
      );
      return compute(Object.fromEntries(tensors), attrs as never);
    });
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
}

function asTensor(info: TF.TensorInfo): TF.Tensor4D {
  if (info instanceof tf.Tensor) return info as TF.Tensor4D;
  return tf.engine().makeTensorFromTensorInfo(info) as TF.Tensor4D;
}
