// ReLU's gradient on TensorFlow as one operator: tfjs composes it of nine, one of which uploads an array from the host.
import type { Tensor } from '@tensorflow/tfjs';
import { tf } from '../tf.ts';
import { attributesOf, type NativeBackend } from './native.ts';

/** Gradients are registered for all backends at once: the others keep the one that was there. */
export function installReluGradient(backend: NativeBackend): void {
  const stock = tf.getGradient('Relu');
  const attributes = attributesOf(backend, { T: 'float32' });
  tf.unregisterGradient('Relu');
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      if (tf.getBackend() !== 'tensorflow') return stock.gradFunc(dy, saved, attrs);
      const [x] = saved as [Tensor];
      return { x: () => backend.executeSingleOutput('ReluGrad', attributes, [dy as Tensor, x]) };
    },
  });
}
