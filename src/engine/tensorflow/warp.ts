// tf.image.transform on TensorFlow: tfjs-node has no kernel for it.
import type { KernelFunc, TransformAttrs } from '@tensorflow/tfjs';
import { tf } from '../tf.ts';
import { attributesOf, type NativeBackend } from './native.ts';

export function installWarp(backend: NativeBackend): void {
  const kernelFunc: KernelFunc = ({ inputs, attrs }) => {
    const { image, transforms } = inputs;
    const { interpolation, fillMode, fillValue, outputShape } = attrs as unknown as TransformAttrs;
    const [, height, width] = image!.shape;
    const attributes = attributesOf(backend, {
      dtype: 'float32',
      interpolation: { text: interpolation.toUpperCase() },
      fill_mode: { text: fillMode.toUpperCase() },
    });
    return tf.tidy(() => {
      const size = tf.tensor1d(outputShape ?? [height!, width!], 'int32');
      const operands = [image!, transforms!, size, tf.scalar(fillValue)];
      return backend.executeSingleOutput('ImageProjectiveTransformV3', attributes, operands);
    });
  };
  tf.registerKernel({ kernelName: 'Transform', backendName: 'tensorflow', kernelFunc });
}
