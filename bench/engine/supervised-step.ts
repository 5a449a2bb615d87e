// The step that train_step.py times, as heatstream writes it: mean square error, Adam, running statistics; and its forward pass.
import type * as TF from '@tensorflow/tfjs';
import { tf } from '../../src/engine/tf.ts';
import type { NamedArray, Shapes, StateArrays, Step, Tensors } from '../../src/engine/types.ts';
import { type BatchStats, updateRunning } from '../../src/models/batch-norm.ts';
import { initialWeights, type Network } from '../../src/models/network.ts';
import { ADAM, createOptimizer } from '../../src/models/optimizer.ts';
import { updateAll } from '../../src/models/update-all.ts';
import type { Workload } from './settings.ts';

const adam = createOptimizer(ADAM);

export const shapesOf = ({
  batch,
  height,
  width,
  joints,
}: Workload): Shapes<'images' | 'targets' | 'rates'> => ({
  images: { shape: [batch, height, width, 3], dtype: 'float32' },
  targets: { shape: [batch, height / 4, width / 4, joints], dtype: 'float32' },
  rates: { shape: [2], dtype: 'float32' },
});

/** Weights, running statistics and Adam's moments. */
export function stateOf(network: Network): StateArrays {
  const weights = initialWeights(network, 0);
  const zeros = ({ shape, data }: NamedArray) => ({ shape, data: new Float32Array(data.length) });
  const entries = network.parameters.flatMap(({ name, trainable }): [string, NamedArray][] => {
    const weight = weights[name]!;
    const slots = trainable ? adam.slots : [];
    return [[name, weight], ...slots.map((s): [string, NamedArray] => [s + name, zeros(weight)])];
  });
  return Object.fromEntries(entries);
}

export function trainStep(network: Network): Step<'images' | 'targets' | 'rates', 'loss'> {
  const names = network.parameters.filter((p) => p.trainable).map((p) => p.name);
  return {
    name: `bench ${network.name}`,
    run(current: Tensors, { images, targets, rates }) {
      const seen: [string, BatchStats][] = [];
      const loss = (...weights: TF.Tensor[]) => {
        const byName = Object.fromEntries(names.map((name, i) => [name, weights[i]!]));
        const y = network.forward(
          images as TF.Tensor4D,
          'train',
          (n) => byName[n]!,
          (n, stats) => seen.push([n, stats]),
        );
        return tf.mean<TF.Scalar>(tf.squaredDifference(y, targets));
      };
      const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => current[name]!));
      const next: Record<string, TF.Tensor> = {};
      const moved = updateAll(
        adam,
        names.map((name, i) => ({
          weight: current[name]!,
          slots: adam.slots.map((slot) => current[slot + name]!),
          gradient: grads[i]!,
        })),
        rates as TF.Tensor1D,
      );
      for (const [i, name] of names.entries()) {
        next[name] = moved[i]!.weight;
        for (const [k, slot] of adam.slots.entries()) next[slot + name] = moved[i]!.slots[k]!;
      }
      for (const [name, stats] of seen) {
        const [mean, variance] = [`${name}.running_mean`, `${name}.running_var`];
        const after = updateRunning({ mean: current[mean]!, variance: current[variance]! }, stats);
        Object.assign(next, { [mean]: after.mean, [variance]: after.variance });
      }
      return { state: next, outputs: { loss: value } };
    },
  };
}

/** Running statistics; only the sum of the heatmaps comes back, as in train_step.py. */
export const forwardStep = (network: Network): Step<'images', 'sum'> => ({
  name: `bench forward ${network.name}`,
  run: (state, { images }) => ({
    state: {},
    outputs: {
      sum: tf.sum(network.forward(images as TF.Tensor4D, 'eval', (name) => state[name]!)),
    },
  }),
});
