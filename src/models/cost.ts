// What a network costs: parameters, layers, multiply-adds and memory, counted on the operations of its own forward pass.
import type { Tensor4D } from '@tensorflow/tfjs';
import { operationsOf, type Operation } from '../engine/operations.ts';
import type { Step } from '../engine/types.ts';
import { under, type Network } from './network.ts';

export interface NetworkCost {
  /** Trainable numbers. */
  readonly parameters: number;
  /** Running means and variances. */
  readonly statistics: number;
  readonly layers: {
    readonly convolutions: number;
    readonly upConvolutions: number;
    readonly batchNorms: number;
  };
  /** Of convolutions and up-convolutions, one picture. Bias, BN, ReLU, pooling and resizes count nothing. */
  readonly multiplyAdds: {
    readonly actual: number;
    /** Up-convolutions counted at their output size, four times too many: what the published tables count. */
    readonly published: number;
    /** `published` / 1024^3: the "GFLOPs" of those tables. */
    readonly publishedGflops: number;
  };
  /** Bytes. */
  readonly memory: {
    /** Parameters and running statistics, float32. */
    readonly weights: number;
    /** The same with Adam's two slots and the gradients. */
    readonly training: number;
    /** Results of all convolutions, pooling and resizes for one picture, float32. */
    readonly maps: number;
  };
}

/** @param size multiples of the network's stride */
export function networkCost(
  network: Network,
  { width, height }: { readonly width: number; readonly height: number },
): NetworkCost {
  const operations = operationsOf(
    everyHeatmap(network),
    { pictures: { shape: [1, height, width, 3], dtype: 'float32' } },
    Object.fromEntries(network.parameters.map((spec) => [spec.name, spec.shape])),
  );
  const ofKind = (...kinds: Operation['kind'][]) =>
    operations.filter(({ kind }) => kinds.includes(kind));
  const convolutions = ofKind('conv');
  const upConvolutions = ofKind('convInputGrad');
  const atOutput = (all: readonly Operation[]) =>
    sum(all.map(({ inputs, shape }) => sizeOf(inputs[1]!) * shape[1]! * shape[2]!));
  const published = atOutput(convolutions) + atOutput(upConvolutions);
  const actual =
    atOutput(convolutions) +
    sum(upConvolutions.map(({ inputs: [x, filter] }) => sizeOf(filter!) * x![1]! * x![2]!));
  const numbers = (isTrainable: boolean) =>
    sum(
      network.parameters
        .filter(({ trainable }) => trainable === isTrainable)
        .map(({ shape }) => sizeOf(shape)),
    );
  const [parameters, statistics] = [numbers(true), numbers(false)];
  const maps = ofKind('conv', 'convInputGrad', 'maxPool', 'repeatPixels', 'resample');
  return {
    parameters,
    statistics,
    layers: {
      convolutions: convolutions.length,
      upConvolutions: upConvolutions.length,
      batchNorms: network.parameters.filter(({ name }) => name.endsWith('.running_var')).length,
    },
    multiplyAdds: { actual, published, publishedGflops: published / 1024 ** 3 },
    memory: {
      weights: 4 * (parameters + statistics),
      training: 4 * (4 * parameters + statistics),
      maps: 4 * sum(maps.map(({ shape }) => sizeOf(shape))),
    },
  };
}

const everyHeatmap = (network: Network): Step<'pictures'> => ({
  name: `cost of ${network.name}`,
  run(state, { pictures }) {
    const heatmaps = network.outputs(pictures as Tensor4D, 'eval', under(state, ''));
    return { state: {}, outputs: Object.fromEntries(heatmaps.map((map, i) => [`${i}`, map])) };
  },
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
const sizeOf = (shape: readonly number[]): number => shape.reduce((n, length) => n * length, 1);
