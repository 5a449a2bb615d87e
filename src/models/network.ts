// A network by name: its layers, its fresh weights, and its forward pass over a state of tensors.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import type { StateArrays, Tensors } from '../engine/types.ts';
import { rng } from '../pose/random.ts';
import type { BatchStats } from './batch-norm.ts';
import { hrnet } from './hrnet.ts';
import type { Layer, MultiLayer, Observe, ParameterSpec } from './layer.ts';
import { mspn } from './mspn.ts';
import { simpleBaseline } from './simple-baseline.ts';
import { tiny } from './tiny.ts';

const BUILDERS = {
  tiny: (joints: number) => single(tiny(joints)),
  'sb-r18': (joints: number) => single(simpleBaseline(18, joints)),
  'sb-r34': (joints: number) => single(simpleBaseline(34, joints)),
  'sb-r50': (joints: number) => single(simpleBaseline(50, joints)),
  'sb-r101': (joints: number) => single(simpleBaseline(101, joints)),
  'sb-r152': (joints: number) => single(simpleBaseline(152, joints)),
  'hrnet-w32': (joints: number) => single(hrnet(32, joints)),
  'hrnet-w48': (joints: number) => single(hrnet(48, joints)),
  'mspn-1stg': (joints: number) => mspn(1, joints),
  'mspn-2stg': (joints: number) => mspn(2, joints),
  'mspn-3stg': (joints: number) => mspn(3, joints),
  'mspn-4stg': (joints: number) => mspn(4, joints),
};

export type ModelName = keyof typeof BUILDERS;
export const MODEL_NAMES = Object.keys(BUILDERS) as readonly ModelName[];

/**
 * @param parameter looks a parameter up by its state_dict name
 * @param mode `train` normalises with batch statistics and hands them to `report`
 * @param observe is shown what each named part gives, e.g. `layer1`
 */
type Forward<Result> = (
  x: Tensor4D,
  mode: 'train' | 'eval',
  parameter: (name: string) => Tensor,
  report?: (name: string, stats: BatchStats) => void,
  observe?: Observe,
) => Result;

export interface Network {
  readonly name: ModelName;
  readonly joints: number;
  /** Input height and width must be multiples of it. */
  readonly stride: number;
  readonly parameters: readonly ParameterSpec[];
  /** Heatmaps [batch, height / 4, width / 4, joints] of pictures [batch, height, width, 3]. */
  readonly forward: Forward<Tensor4D>;
  /** All heatmaps that the reference trains, `forward`'s last: four a stage of MSPN, coarse to fine; one of any other network. */
  readonly outputs: Forward<readonly Tensor4D[]>;
}

export function createNetwork(name: ModelName, joints: number): Network {
  const layer = BUILDERS[name](joints);
  const stride = name === 'tiny' ? 16 : 32;
  const outputs: Network['outputs'] = (x, mode, parameter, report = () => undefined, observe) => {
    const [, height, width] = x.shape;
    if (height % stride !== 0 || width % stride !== 0) {
      throw new Error(
        `Expected the input of ${name} to be a multiple of ${stride} pixels, got ${width}x${height}`,
      );
    }
    return layer.apply(x, { mode, parameter, report, observe });
  };
  const idle = layer.heads
    .slice(0, -1)
    .flatMap((head) => head.parameters)
    .filter((spec) => spec.trainable);
  return {
    name,
    joints,
    stride,
    parameters: layer.parameters,
    outputs,
    forward(x, mode, parameter, report, observe) {
      const prediction = outputs(x, mode, parameter, report, observe).at(-1)!;
      return withoutGradient(
        prediction,
        idle.map((spec) => parameter(spec.name)),
      );
    },
  };
}

const single = (layer: Layer): MultiLayer => ({
  parameters: layer.parameters,
  heads: [layer],
  apply: (x, scope) => [layer.apply(x, scope)],
});

/** `y`, with a gradient of zero towards weights that it does not depend on: tfjs refuses weights without any gradient. */
function withoutGradient(y: Tensor4D, weights: readonly Tensor[]): Tensor4D {
  if (weights.length === 0) return y;
  const tie = tf.customGrad((...args) => ({
    value: tf.clone(args[0] as Tensor),
    gradFunc: (dy: Tensor) => [dy, ...weights.map((weight) => tf.zeros(weight.shape))],
  }));
  return tie(y, ...weights) as Tensor4D;
}

/** Fresh weights: every tensor depends on (seed, its name) alone. */
export function initialWeights(network: Network, seed: number): StateArrays {
  return Object.fromEntries(
    network.parameters.map(({ name, shape, init }) => {
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
      if ('constant' in init) data.fill(init.constant);
      else {
        const random = rng(seed, `init ${name}`, 0, 0);
        const draw =
          'std' in init
            ? () => init.std * random.normal()
            : () => init.bound * (2 * random.uniform() - 1);
        for (let i = 0; i < data.length; i++) data[i] = draw();
      }
      return [name, { shape, data }];
    }),
  );
}

/** Reads a network's parameters from a state that holds them under a prefix. */
export function under(state: Tensors, prefix: string): (name: string) => Tensor {
  return (name) => {
    const tensor = state[prefix + name];
    if (!tensor) throw new Error(`Expected the state to hold ${prefix}${name}, it does not`);
    return tensor;
  };
}
