// A network by name: its layers, its fresh weights, and its forward pass over a state of tensors.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { StateArrays, Tensors } from '../engine/types.ts';
import { rng } from '../pose/random.ts';
import type { BatchStats } from './batch-norm.ts';
import type { Layer, ParameterSpec } from './layer.ts';
import { simpleBaseline } from './simple-baseline.ts';
import { tiny } from './tiny.ts';

export const MODEL_NAMES = ['tiny', 'sb-r18'] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

export interface Network {
  readonly name: ModelName;
  readonly joints: number;
  readonly parameters: readonly ParameterSpec[];
  /**
   * Heatmaps [batch, height / 4, width / 4, joints] of pictures [batch, height, width, 3].
   * @param parameter looks a parameter up by its state_dict name
   * @param mode `train` normalises with batch statistics and hands them to `report`
   */
  forward(
    x: Tensor4D,
    mode: 'train' | 'eval',
    parameter: (name: string) => Tensor,
    report?: (name: string, stats: BatchStats) => void,
  ): Tensor4D;
}

/** Total down-sampling of the trunk: input sizes must be multiples of it. */
const STRIDE: Record<ModelName, number> = { tiny: 16, 'sb-r18': 32 };

export function createNetwork(name: ModelName, joints: number): Network {
  const layer: Layer = name === 'tiny' ? tiny(joints) : simpleBaseline(name, joints);
  return {
    name,
    joints,
    parameters: layer.parameters,
    forward(x, mode, parameter, report = () => undefined) {
      const [, height, width] = x.shape;
      if (height % STRIDE[name] !== 0 || width % STRIDE[name] !== 0) {
        throw new Error(
          `Expected the input of ${name} to be a multiple of ${STRIDE[name]} pixels, got ${width}x${height}`,
        );
      }
      return layer.apply(x, { mode, parameter, report });
    },
  };
}

/** Fresh weights: every tensor depends on (seed, its name) alone. */
export function initialWeights(network: Network, seed: number): StateArrays {
  return Object.fromEntries(
    network.parameters.map(({ name, shape, init }) => {
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
      if ('constant' in init) data.fill(init.constant);
      else {
        const random = rng(seed, `init ${name}`, 0, 0);
        for (let i = 0; i < data.length; i++) data[i] = init.std * random.normal();
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
