// Max-pool gradient for the wasm backend: its own loses the gradient of windows without a positive number.
import type * as TF from '@tensorflow/tfjs';
import { tf } from '../tf.ts';
import { composedKernel } from './kernel.ts';

export function installMaxPoolGradient(): void {
  composedKernel('MaxPoolGrad', ({ dy, input }, attrs: TF.MaxPoolGradAttrs) => {
    const info = tf.backend_util.computePool2DInfo(
      input!.shape,
      attrs.filterSize,
      attrs.strides,
      1,
      attrs.pad,
      attrs.dimRoundingMode,
    );
    return tf.tensor(gradient(dy!.dataSync(), input!.dataSync(), info), input!.shape);
  });
}

/** Every window hands its gradient to its first maximum (row by row). */
function gradient(
  dy: Float32Array | Int32Array | Uint8Array,
  x: Float32Array | Int32Array | Uint8Array,
  info: TF.backend_util.Conv2DInfo,
): Float32Array {
  const {
    inHeight: h,
    inWidth: w,
    inChannels: channels,
    outHeight: oh,
    outWidth: ow,
    padInfo,
  } = info;
  const out = new Float32Array(x.length);
  for (let at = 0, n = 0; n < info.batchSize; n++) {
    for (let i = 0; i < oh; i++) {
      const top = i * info.strideHeight - padInfo.top;
      const [y0, y1] = [Math.max(0, top), Math.min(h, top + info.filterHeight)];
      for (let j = 0; j < ow; j++) {
        const left = j * info.strideWidth - padInfo.left;
        const [x0, x1] = [Math.max(0, left), Math.min(w, left + info.filterWidth)];
        for (let c = 0; c < channels; c++, at++) {
          let [best, from] = [-Infinity, -1];
          for (let y = y0; y < y1; y++) {
            for (
              let k = x0, p = ((n * h + y) * w + x0) * channels + c;
              k < x1;
              k++, p += channels
            ) {
              if (x[p]! > best || from < 0) [best, from] = [x[p]!, p];
            }
          }
          out[from]! += dy[at]!;
        }
      }
    }
  }
  return out;
}
