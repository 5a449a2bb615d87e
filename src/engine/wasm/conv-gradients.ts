// Convolution gradients for the wasm backend out of fast forward convolutions: the backend has no filter gradient, and its
// input gradient is a scalar loop some ten times slower than this.
import type * as TF from '@tensorflow/tfjs';
import { tf } from '../tf.ts';
import { composedKernel } from './kernel.ts';

type Info = TF.backend_util.Conv2DInfo;
type Shape4 = [number, number, number, number];

export function installConvGradients(): void {
  composedKernel('Conv2DBackpropFilter', ({ x, dy }, attrs: TF.Conv2DBackpropFilterAttrs) => {
    const { strides, pad, filterShape, dimRoundingMode } = attrs;
    return filterGradient(x!, dy!, infoOf(x!.shape, filterShape, strides, pad, dimRoundingMode));
  });
  composedKernel('Conv2DBackpropInput', ({ dy, filter }, attrs: TF.Conv2DBackpropInputAttrs) => {
    const { strides, pad, inputShape, dimRoundingMode } = attrs;
    return inputGradient(
      dy!,
      filter!,
      infoOf(inputShape, filter!.shape, strides, pad, dimRoundingMode),
    );
  });
}

const infoOf = (
  x: Shape4,
  filter: Shape4,
  strides: number | [number, number],
  pad: TF.Conv2DAttrs['pad'],
  rounding: TF.Conv2DAttrs['dimRoundingMode'],
): Info => tf.backend_util.computeConv2DInfo(x, filter, strides, 1, pad, rounding);

/** dW = convolution of the channels of x (as a batch) with the gradient map as the filter, dilated by the stride. */
function filterGradient(x: TF.Tensor4D, dy: TF.Tensor4D, info: Info): TF.Tensor {
  const {
    filterHeight: kh,
    filterWidth: kw,
    strideHeight: sh,
    strideWidth: sw,
    inChannels: ins,
    outChannels: outs,
  } = info;
  if (
    kh === 1 &&
    kw === 1 &&
    sh === 1 &&
    sw === 1 &&
    info.padInfo.top === 0 &&
    info.padInfo.left === 0
  ) {
    const rows = tf.transpose(tf.reshape(x, [-1, ins]));
    return tf.reshape(tf.matMul(rows, tf.reshape(dy, [-1, outs])), [1, 1, ins, outs]);
  }
  const needed = [(info.outHeight - 1) * sh + kh, (info.outWidth - 1) * sw + kw] as const;
  const bordered = fitted(x, needed, info.padInfo);
  const channels = tf.transpose(bordered, [3, 1, 2, 0]);
  const maps = tf.transpose(dy, [1, 2, 0, 3]);
  const gradient = tf.conv2d(channels, maps, 1, 'valid', 'NHWC', [sh, sw]); // [in, kh, kw, out]
  return tf.transpose(gradient, [1, 2, 0, 3]);
}

/** x with borders, cut to what the windows reach. */
function fitted(
  x: TF.Tensor4D,
  [height, width]: readonly [number, number],
  { top, left }: Info['padInfo'],
): TF.Tensor4D {
  const [batch, h, w, channels] = x.shape;
  const [bottom, right] = [Math.max(0, height - top - h), Math.max(0, width - left - w)];
  const isBordered = top + left + bottom + right > 0;
  const bordered = isBordered
    ? tf.pad(x, [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ])
    : x;
  const isLonger = bordered.shape[1] > height || bordered.shape[2] > width;
  return isLonger ? tf.slice(bordered, [0, 0, 0, 0], [batch, height, width, channels]) : bordered;
}

/**
 * dX, also the transposed convolution. With stride s, pixel q s + a of a row gets only the taps k = a + s u:
 * dx[q s + a - top] = sum over u of dy[q - u] w[a + s u], an ordinary convolution for each of the s x s phases.
 */
function inputGradient(dy: TF.Tensor4D, filter: TF.Tensor4D, info: Info): TF.Tensor {
  const {
    strideHeight: sh,
    strideWidth: sw,
    inHeight: h,
    inWidth: w,
    padInfo: p,
    batchSize: n,
    inChannels: ins,
  } = info;
  const [rows, columns] = [Math.ceil((h + p.top) / sh), Math.ceil((w + p.left) / sw)];
  const turned = tf.transpose(filter, [0, 1, 3, 2]);
  const phases: TF.Tensor4D[][] = [];
  for (let a = 0; a < sh; a++) {
    phases.push(
      Array.from({ length: sw }, (_, b) => phase(dy, turned, [a, b], [rows, columns], info)),
    );
  }
  const lines = phases.map((line) => interleaved(line, 3, [n, rows, columns * sw, ins]));
  const whole = interleaved(lines, 2, [n, rows * sh, columns * sw, ins]);
  const isCut = p.top > 0 || p.left > 0 || whole.shape[1] !== h || whole.shape[2] !== w;
  return isCut ? tf.slice(whole, [0, p.top, p.left, 0], [n, h, w, ins]) : whole;
}

const interleaved = (parts: TF.Tensor4D[], axis: number, shape: Shape4): TF.Tensor4D =>
  parts.length === 1 ? parts[0]! : tf.reshape(tf.stack(parts, axis), shape);

function phase(
  dy: TF.Tensor4D,
  turned: TF.Tensor4D,
  [a, b]: readonly [number, number],
  [rows, columns]: readonly [number, number],
  { filterHeight: kh, filterWidth: kw, strideHeight: sh, strideWidth: sw, ...info }: Info,
): TF.Tensor4D {
  const [ys, xs] = [tapsOf(kh, sh, a), tapsOf(kw, sw, b)];
  if (ys.length === 0 || xs.length === 0)
    return tf.zeros([info.batchSize, rows, columns, info.inChannels]);
  const taps = ys.map((y) => xs.map((x) => tf.slice(turned, [y, x, 0, 0], [1, 1, -1, -1])));
  const kernel = tf.concat(
    taps.map((line) => tf.concat(line, 1)),
    0,
  );
  const [height, width] = [Math.min(info.outHeight, rows), Math.min(info.outWidth, columns)];
  const seen = tf.slice(dy, [0, 0, 0, 0], [-1, height, width, -1]);
  const borders: [[number, number], [number, number], [number, number], [number, number]] = [
    [0, 0],
    [ys.length - 1, rows - height],
    [xs.length - 1, columns - width],
    [0, 0],
  ];
  return tf.conv2d(seen, kernel, 1, borders);
}

/** Positions a, a + s, … below k, last first. */
const tapsOf = (k: number, s: number, a: number): number[] =>
  Array.from({ length: Math.max(0, Math.ceil((k - a) / s)) }, (_, u) => a + s * u).reverse();
