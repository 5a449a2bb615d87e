// The gradient of a convolution towards its filter, where the map has few pixels and many channels: there TensorFlow's own
// operator takes more than twice as long as a product of the patches with the gradient.
import type { Conv2DBackpropFilterAttrs, KernelFunc, Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../tf.ts';
import { attributesOf, type NativeBackend } from './native.ts';

const KERNEL = 'Conv2DBackpropFilter';

export function installFilterGradient(backend: NativeBackend): void {
  const stock = tf.getKernel(KERNEL, 'tensorflow').kernelFunc;
  const kernelFunc: KernelFunc = (call) => {
    const attrs = call.attrs as unknown as Conv2DBackpropFilterAttrs;
    const { x, dy } = call.inputs as unknown as { x: Tensor4D; dy: Tensor4D };
    const [batch, height, width, outs] = dy.shape;
    const { filterShape, strides, pad } = attrs;
    const positions = batch * height * width;
    const isNamed = pad === 'valid' || pad === 'same';
    // A GPU's own operator has no such weakness.
    if (backend.isUsingGpuDevice || positions >= outs || !isNamed) return stock(call);
    const [kh, kw, ins] = filterShape;
    const [sh, sw] = [strides].flat().concat(strides) as [number, number];
    const attributes = attributesOf(backend, {
      T: 'float32',
      ksizes: { integers: [1, kh, kw, 1] },
      strides: { integers: [1, sh, sw, 1] },
      rates: { integers: [1, 1, 1, 1] },
      padding: { text: pad.toUpperCase() },
    });
    return tf.tidy(() => {
      const patches = backend.executeSingleOutput('ExtractImagePatches', attributes, [x]);
      const rows = tf.reshape(patches, [positions, kh * kw * ins]);
      const product = tf.matMul(rows, tf.reshape(dy, [positions, outs]), true);
      return tf.reshape(product, filterShape);
    });
  };
  tf.unregisterKernel(KERNEL, 'tensorflow');
  tf.registerKernel({ kernelName: KERNEL, backendName: 'tensorflow', kernelFunc });
}
