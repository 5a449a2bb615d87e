// Training batch norm as TensorFlow's own pair of operators, under a kernel name that ../native-batch-norm.ts asks for.
import type { GradFunc, KernelFunc, Tensor } from '@tensorflow/tfjs';
import { tf } from '../tf.ts';
import { BATCH_NORM_KERNEL } from '../native-batch-norm.ts';
import { attributesOf, type NativeBackend } from './native.ts';

export function installBatchNorm(backend: NativeBackend): void {
  const common = (epsilon: number) =>
    ({
      T: 'float32',
      U: 'float32',
      epsilon,
      data_format: { text: 'NHWC' },
      is_training: true,
    }) as const;

  const kernelFunc: KernelFunc = ({ inputs, attrs }) => {
    const { x, gamma, beta } = inputs;
    const { epsilon } = attrs as { epsilon: number };
    const attributes = attributesOf(backend, { ...common(epsilon), exponential_avg_factor: 1 });
    return tf.tidy(() => {
      const none = tf.tensor1d([]);
      const operands = [x!, gamma!, beta!, none, none];
      // y, mean, unbiased variance, and three that only the gradient reads
      return backend.executeMultipleOutputs('FusedBatchNormV3', attributes, operands, 6);
    });
  };
  tf.registerKernel({
    kernelName: BATCH_NORM_KERNEL,
    backendName: 'tensorflow',
    kernelFunc,
  });

  const gradFunc: GradFunc = (dy, saved, attrs) => {
    const [x, gamma, ...reserved] = saved;
    const { epsilon } = attrs as { epsilon: number };
    const operands = [(dy as Tensor[])[0]!, x!, gamma!, ...reserved];
    const attributes = attributesOf(backend, common(epsilon));
    const name = 'FusedBatchNormGradV3';
    const [dx, dGamma, dBeta] = backend.executeMultipleOutputs(name, attributes, operands, 5);
    return { x: () => dx!, gamma: () => dGamma!, beta: () => dBeta! };
  };
  tf.registerGradient({
    kernelName: BATCH_NORM_KERNEL,
    inputsToSave: ['x', 'gamma'],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc,
  });
}
