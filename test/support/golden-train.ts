// A recorded training run: its settings in our words, and a step that trains a network as the reference did.
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../../src/engine/tf.ts';
import type { StateArrays, Step } from '../../src/engine/types.ts';
import { updateRunning } from '../../src/models/batch-norm.ts';
import { jointsMse } from '../../src/models/loss.ts';
import { MODEL_NAMES, under, type ModelName, type Network } from '../../src/models/network.ts';
import {
  createOptimizer,
  OPTIMIZER_NAMES,
  type Optimizer,
  type OptimizerSettings,
} from '../../src/models/optimizer.ts';
import { formulaWeights, toleranceIn, type Formula } from './formula-network.ts';

export interface Trajectory extends Formula {
  readonly model: string;
  readonly joints: number;
  readonly input_shape: readonly [number, number, number, number];
  readonly steps: number;
  readonly optimizer: {
    readonly name: string;
    readonly lr: number;
    readonly beta1?: number;
    readonly beta2?: number;
    readonly betas?: readonly [number, number];
    readonly eps?: number;
    readonly weight_decay?: number;
    readonly momentum?: number;
    readonly nesterov?: boolean;
  };
  readonly visibility: readonly (readonly number[])[];
  readonly loss: readonly number[];
  readonly loss_after_last_update_train_mode: number;
  /** Of each loss and of the one after the last update: how far PyTorch's own float32 is from float64. */
  readonly loss_rel_diff_float32_vs_float64?: readonly number[];
  readonly tolerance?: string;
  readonly gradients_step1: Readonly<Record<string, { readonly l2: number }>>;
  readonly state_after_last_update: Readonly<
    Record<string, { readonly abs_mean?: number; readonly float32_abs_mean_rel_diff?: number }>
  >;
}

/** Why a file of the family cannot be followed here, or undefined where it can. */
export function whyNot(golden: Partial<Trajectory>): string | undefined {
  if (!golden.loss || !golden.optimizer || !golden.model) return 'it is no training run';
  if (!(MODEL_NAMES as readonly string[]).includes(golden.model)) {
    return `there is no network ${golden.model}`;
  }
  const { optimizer } = golden;
  if (!OPTIMIZER_NAMES.some((name) => name === optimizer.name.toLowerCase())) {
    return `there is no optimiser ${optimizer.name}`;
  }
  // What is not known here may change the result.
  const known = /^(name|lr|beta1|beta2|betas|eps|weight_decay|momentum|nesterov|formula)$/;
  const [strange] = Object.entries(optimizer).filter(([key, value]) => !known.test(key) && value);
  return strange && `there is no option ${strange.join(' ')} of ${optimizer.name}`;
}

export const modelOf = ({ model }: Trajectory): ModelName => model as ModelName;

export function settingsOf({ optimizer }: Trajectory): OptimizerSettings {
  const [beta1 = 0.9, beta2 = 0.999] = optimizer.betas ?? [optimizer.beta1, optimizer.beta2];
  return {
    name: optimizer.name.toLowerCase() as OptimizerSettings['name'],
    weightDecay: optimizer.weight_decay ?? 0,
    momentum: optimizer.momentum ?? 0,
    nesterov: optimizer.nesterov ?? false,
    adam: { beta1, beta2, epsilon: optimizer.eps ?? 1e-8 },
  };
}

/** Weights under `net.`, and the optimiser's slots. */
export function startOf(network: Network, golden: Trajectory, optimizer: Optimizer): StateArrays {
  const weights = Object.entries(formulaWeights(network, golden));
  const slots = network.parameters
    .filter((spec) => spec.trainable)
    .flatMap(({ name, shape }) =>
      optimizer.slots.map((slot) => {
        const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
        return [slot + name, { shape, data }] as const;
      }),
    );
  return Object.fromEntries([
    ...weights.map(([name, array]) => [`net.${name}`, array] as const),
    ...slots,
  ]);
}

/** Relative deviation allowed to loss `i`, from 0; the last is the loss after the last update. */
export function lossTolerance(golden: Trajectory, i: number): number {
  const { tolerance, loss_rel_diff_float32_vs_float64: yardstick } = golden;
  const stated =
    i < Math.min(2, golden.loss.length)
      ? toleranceIn(tolerance, /loss: ([\d.e-]+) relative at step 1 and 2/, 1e-5)
      : i === 2 && golden.loss.length > 2
        ? toleranceIn(tolerance, /([\d.e-]+) at step 3/, 1e-3)
        : toleranceIn(tolerance, /([\d.e-]+) at steps 4, 5 and after the last update/, 1e-2);
  // As the files say: about ten times what PyTorch's own float32 is off.
  return Math.max(stated, 10 * (yardstick?.[i] ?? 0));
}

type Input = 'pictures' | 'targets' | 'weights' | 'rates';

/** A step of src/methods/step.ts on float pictures: those here are normalised already, its crops are bytes. */
export function goldenStep(network: Network, settings: OptimizerSettings): Step<Input> {
  const names = network.parameters.filter((spec) => spec.trainable).map((spec) => spec.name);
  const optimizer = createOptimizer(settings);
  return {
    name: 'golden train',
    run(state, inputs) {
      const current = under(state, 'net.');
      const next: Record<string, Tensor> = {};
      let heatmaps: Tensor | undefined;
      const objective = (...weights: Tensor[]) => {
        const byName = new Map(names.map((name, i) => [name, weights[i]!]));
        const output = network.forward(
          inputs.pictures as Tensor4D,
          'train',
          (name) => byName.get(name) ?? current(name),
          (layer, stats) => {
            const [mean, variance] = [`net.${layer}.running_mean`, `net.${layer}.running_var`];
            const before = { mean: state[mean]!, variance: state[variance]! };
            const after = updateRunning(before, stats);
            next[mean] = tf.keep(after.mean);
            next[variance] = tf.keep(after.variance);
            tf.dispose([stats.mean, stats.variance]);
          },
        );
        heatmaps = tf.keep(output);
        return jointsMse(output, inputs.targets as Tensor4D, inputs.weights as Tensor2D);
      };
      const { value, grads } = tf.valueAndGrads(objective)(names.map(current));
      const gradients = names.map((name, i) => {
        const slots = optimizer.slots.map((slot) => state[slot + name]!);
        const updated = optimizer.update(current(name), slots, grads[i]!, inputs.rates as Tensor1D);
        next[`net.${name}`] = updated.weight;
        optimizer.slots.forEach((slot, k) => (next[slot + name] = updated.slots[k]!));
        return [`gradient ${name}`, grads[i]!] as const;
      });
      return {
        state: next,
        outputs: { loss: value, heatmaps: heatmaps!, ...Object.fromEntries(gradients) },
      };
    },
  };
}
