// Layers as values: each lists its parameters under PyTorch state_dict names and applies itself to a tensor.
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import { batchNormEval, batchNormTrain, type BatchStats } from './batch-norm.ts';

/** How a fresh tensor is filled: a constant, a normal distribution around 0, or evenly from -bound to bound. */
export type Init =
  { readonly constant: number } | { readonly std: number } | { readonly bound: number };

export interface ParameterSpec {
  /** PyTorch state_dict name, e.g. `layer1.0.conv1.weight`. */
  readonly name: string;
  /** Logical (tfjs) shape: filters [kh, kw, in, out], up-convolution filters [kh, kw, out, in]. */
  readonly shape: readonly number[];
  readonly trainable: boolean;
  readonly init: Init;
}

/** What a layer reads and reports during one forward pass. */
export interface Scope {
  parameter(name: string): Tensor;
  readonly mode: 'train' | 'eval';
  /** Called once a BN layer in train mode. */
  report(name: string, stats: BatchStats): void;
  /** Called with what a part of the network gives, under the part's name in PyTorch: where two implementations part ways. */
  readonly observe?: Observe | undefined;
}

export type Observe = (name: string, map: Tensor4D) => void;

export interface Layer {
  readonly parameters: readonly ParameterSpec[];
  /** [batch, height, width, channels] in and out. */
  apply(x: Tensor4D, scope: Scope): Tensor4D;
}

/** A network with several heatmaps. */
export interface MultiLayer {
  readonly parameters: readonly ParameterSpec[];
  /** One a heatmap: what only this one depends on. */
  readonly heads: readonly Pick<Layer, 'parameters'>[];
  /** Heatmaps of one size, all of which the reference trains; the last one is the prediction. */
  apply(x: Tensor4D, scope: Scope): readonly Tensor4D[];
}

interface ConvOptions {
  /** @default 1 */
  readonly stride?: number;
  /** @default no bias */
  readonly bias?: Init;
  /** Of the filter. @default Kaiming normal, fan out */
  readonly init?: Init | undefined;
}

/** Kaiming normal, fan out, gain of ReLU: torchvision's initialisation of a ResNet. */
export const kaimingFanOut = (kernel: number, out: number): Init => ({
  std: Math.sqrt(2 / (kernel * kernel * out)),
});

/** What PyTorch gives filter and bias of a convolution that nobody initialises. */
export const fanIn = (kernel: number, from: number): Init => ({
  bound: 1 / Math.sqrt(kernel * kernel * from),
});

/**
 * Convolution padded by (kernel - 1) / 2 on every side, as PyTorch pads. At stride 1 that is `same`, which spares engines that run
 * operators one by one a copy; at stride 2 `same` pads otherwise, so the border is made first.
 */
export function conv(
  name: string,
  channels: readonly [from: number, to: number],
  kernel: number,
  { stride = 1, bias, init = kaimingFanOut(kernel, channels[1]) }: ConvOptions = {},
): Layer {
  const [from, to] = channels;
  const pad = (kernel - 1) / 2;
  const weight: ParameterSpec = {
    name: `${name}.weight`,
    shape: [kernel, kernel, from, to],
    trainable: true,
    init,
  };
  const offset = bias && { name: `${name}.bias`, shape: [to], trainable: true, init: bias };
  return observed(name, {
    parameters: offset ? [weight, offset] : [weight],
    apply(x, scope) {
      const filter = scope.parameter(weight.name) as Tensor4D;
      const y =
        stride === 1
          ? tf.conv2d(x, filter, 1, 'same')
          : tf.conv2d(padded(x, pad), filter, stride, 'valid');
      return offset ? tf.add(y, scope.parameter(offset.name)) : y;
    },
  });
}

/** Up-convolution by 2: PyTorch ConvTranspose2d(kernel 4, stride 2, padding 1), no bias. */
export function upConv(
  name: string,
  channels: readonly [from: number, to: number],
  init: Init,
): Layer {
  const [from, to] = channels;
  const weight = { name: `${name}.weight`, shape: [4, 4, to, from], trainable: true, init };
  return {
    parameters: [weight],
    apply(x, scope) {
      const [batch, height, width] = x.shape;
      const filter = scope.parameter(weight.name) as Tensor4D;
      return tf.conv2dTranspose(x, filter, [batch, 2 * height, 2 * width, to], 2, 'same');
    },
  };
}

/** Batch normalisation over batch, height and width; eps 1e-5, PyTorch names. */
export function batchNorm(name: string, channels: number): Layer {
  const vector = (suffix: string, constant: number, trainable: boolean): ParameterSpec => ({
    name: `${name}.${suffix}`,
    shape: [channels],
    trainable,
    init: { constant },
  });
  return observed(name, {
    parameters: [
      vector('weight', 1, true),
      vector('bias', 0, true),
      vector('running_mean', 0, false),
      vector('running_var', 1, false),
    ],
    apply(x, scope) {
      const read = (suffix: string) => scope.parameter(`${name}.${suffix}`) as Tensor1D;
      if (scope.mode === 'eval') {
        return batchNormEval(
          x,
          read('weight'),
          read('bias'),
          read('running_mean'),
          read('running_var'),
        );
      }
      const { y, stats } = batchNormTrain(x, read('weight'), read('bias'));
      scope.report(name, stats);
      return y;
    },
  });
}

export const relu: Layer = { parameters: [], apply: (x) => tf.relu(x) };

/** 3x3 max-pool, stride 2, padding 1. Zeros stand for minus infinity: right behind a ReLU only. */
export const maxPoolAfterRelu: Layer = {
  parameters: [],
  apply: (x) => tf.maxPool(padded(x, 1), 3, 2, 'valid'),
};

/** Every row and column `factor` times. */
export const upsampleNearest = (factor: number): Layer => ({
  parameters: [],
  apply: (x) => tf.image.resizeNearestNeighbor(x, [factor * x.shape[1], factor * x.shape[2]]),
});

/** Bilinear, to height and width of `like`; corners fall on corners (PyTorch align_corners = True). */
export function resizeAligned(x: Tensor4D, like: Tensor4D): Tensor4D {
  const [, height, width] = like.shape;
  if (x.shape[1] === height && x.shape[2] === width) return x;
  return tf.image.resizeBilinear(x, [height, width], true);
}

/** The same layer, seen by `Scope.observe` under a name. */
export function observed(name: string, layer: Layer): Layer {
  return {
    parameters: layer.parameters,
    apply(x, scope) {
      const y = layer.apply(x, scope);
      scope.observe?.(name, y);
      return y;
    },
  };
}

export function sequence(layers: readonly Layer[]): Layer {
  return {
    parameters: layers.flatMap((layer) => layer.parameters),
    apply: (x, scope) => layers.reduce((y, layer) => layer.apply(y, scope), x),
  };
}

function padded(x: Tensor4D, pad: number): Tensor4D {
  if (pad === 0) return x;
  return tf.pad(x, [
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ]);
}
