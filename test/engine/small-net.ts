// A small pose network (convolutions, batch norm, pooling, up-convolution) with Adam, written as steps for engine tests.
import type * as TF from '@tensorflow/tfjs';
import { tf } from '../../src/engine/tf.ts';
import type { NamedArray, Shapes, StateArrays, Step, Tensors } from '../../src/engine/types.ts';
import { formula } from './formula.ts';

type T4 = TF.Tensor4D;

const weights: Readonly<Record<string, readonly number[]>> = {
  stem: [3, 3, 3, 8],
  gamma: [8],
  beta: [8],
  down: [3, 3, 8, 12],
  up: [4, 4, 6, 12],
  head: [1, 1, 6, 2],
  bias: [2],
};

const sizeOf = (shape: readonly number[]) => shape.reduce((n, d) => n * d, 1);
const array = (shape: readonly number[], data: Float32Array): NamedArray => ({ shape, data });

/** Weights, their Adam moments, and the step count. */
export const smallState = (): StateArrays => {
  const entries = Object.entries(weights).flatMap(([name, shape]) => {
    const zero = () => array(shape, new Float32Array(sizeOf(shape)));
    const around = name === 'gamma' ? 1 : 0;
    const values = array(shape, formula(name, sizeOf(shape), around - 0.3, around + 0.3));
    return [
      [name, values] as const,
      [`m.${name}`, zero()] as const,
      [`v.${name}`, zero()] as const,
    ];
  });
  return { ...Object.fromEntries(entries), t: array([], Float32Array.of(0)) };
};

/** 16 x 24 pictures to 8 x 12 heatmaps of two joints. */
export const shapesOf = (size: number): Shapes<'images' | 'targets'> => ({
  images: { shape: [size, 16, 24, 3], dtype: 'uint8' },
  targets: { shape: [size, 8, 12, 2], dtype: 'float32' },
});

export const shapes = shapesOf(4);

export const batch = (k: number, size = 4) => ({
  images: Uint8Array.from(formula(`images ${k}`, size * 16 * 24 * 3, 0, 256)),
  targets: formula(`targets ${k}`, size * 8 * 12 * 2, 0, 1),
});

const zeroBorder = (x: TF.Tensor) =>
  tf.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]) as T4;

function batchNorm(x: TF.Tensor, gamma: TF.Tensor, beta: TF.Tensor): TF.Tensor {
  const centred = tf.sub(x, tf.mean(x, [0, 1, 2]));
  const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), [0, 1, 2]), 1e-5));
  return tf.add(tf.mul(tf.div(centred, deviation), gamma), beta);
}

function forward(
  images: TF.Tensor,
  [stem, gamma, beta, down, up, head, bias]: readonly TF.Tensor[],
): TF.Tensor {
  const x = tf.div(tf.sub(images, 114), 58);
  const a = tf.relu(batchNorm(tf.conv2d(zeroBorder(x), stem as T4, 1, 'valid'), gamma!, beta!));
  const b = tf.maxPool(zeroBorder(a), 3, 2, 'valid');
  const c = tf.relu(tf.conv2d(zeroBorder(b), down as T4, 2, 'valid'));
  const d = tf.relu(tf.conv2dTranspose(c, up as T4, [images.shape[0], 8, 12, 6], 2, 'same'));
  return tf.add(tf.conv2d(d, head as T4, 1, 'valid'), bias!);
}

const names = Object.keys(weights);
const pick = (state: Tensors) => names.map((name) => state[name]!);

export const train: Step<'images' | 'targets', 'loss'> = {
  name: 'train',
  run(state, { images, targets }) {
    const loss = (...w: TF.Tensor[]) =>
      tf.mean<TF.Scalar>(tf.squaredDifference(forward(images, w), targets));
    const { value, grads } = tf.valueAndGrads(loss)(pick(state));
    const t = tf.add(state['t']!, 1);
    const next: Record<string, TF.Tensor> = { t };
    for (const [i, name] of names.entries()) {
      const g = grads[i]!;
      const m = tf.add(tf.mul(state[`m.${name}`]!, 0.9), tf.mul(g, 0.1));
      const v = tf.add(tf.mul(state[`v.${name}`]!, 0.999), tf.mul(tf.square(g), 0.001));
      const mean = tf.div(m, tf.sub(1, tf.pow(tf.scalar(0.9), t)));
      const scale = tf.add(tf.sqrt(tf.div(v, tf.sub(1, tf.pow(tf.scalar(0.999), t)))), 1e-8);
      next[name] = tf.sub(state[name]!, tf.mul(tf.div(mean, scale), 0.01));
      next[`m.${name}`] = m;
      next[`v.${name}`] = v;
    }
    return { state: next, outputs: { loss: value } };
  },
};

export const predict: Step<'images', 'heatmaps'> = {
  name: 'predict',
  run: (state, { images }) => ({ state: {}, outputs: { heatmaps: forward(images, pick(state)) } }),
};

/** Copies the weights' head into another entry: what publishing a teacher does. */
export const publish: Step<never, never> = {
  name: 'publish',
  run: (state) => ({ state: { 'm.head': state['head']! }, outputs: {} }),
};
