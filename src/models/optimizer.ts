// Optimisers as graph operations, with the meaning that torch.optim gives them: Adam, AdamW, SGD with momentum.
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import { adamRates, adamUpdate, type AdamSettings } from './adam.ts';

export const OPTIMIZER_NAMES = ['adam', 'adamw', 'sgd'] as const;
export type OptimizerName = (typeof OPTIMIZER_NAMES)[number];

export interface OptimizerSettings {
  readonly name: OptimizerName;
  /** `adam`, `sgd`: so much of each weight is added to its gradient. `adamw`: learning rate x so much of it is taken off. */
  readonly weightDecay: number;
  /** `sgd` only, 0 to below 1. */
  readonly momentum: number;
  /** `sgd` only: look ahead along the momentum. */
  readonly nesterov: boolean;
  /** `adam`, `adamw` only. @default those of the paper */
  readonly adam?: AdamSettings;
}

export const ADAM: OptimizerSettings = {
  ...{ name: 'adam', weightDecay: 0 },
  ...{ momentum: 0.9, nesterov: false },
};

export interface Updated {
  readonly weight: Tensor;
  readonly slots: readonly Tensor[];
}

export interface Optimizer {
  /** Prefixes of what is kept for each parameter in the state, zero at first. */
  readonly slots: readonly string[];
  /** Length of what `rates` gives. */
  readonly rateCount: number;
  /**
   * The numbers of a step that change from step to step: an input, so that one graph serves all steps.
   * @param learningRate > 0
   * @param step counts from 1
   */
  rates(learningRate: number, step: number): Float32Array;
  /** @param slots in the order of their prefixes */
  update(weight: Tensor, slots: readonly Tensor[], gradient: Tensor, rates: Tensor1D): Updated;
}

export function createOptimizer(settings: OptimizerSettings): Optimizer {
  return { adam, adamw, sgd }[settings.name](settings);
}

const ADAM_SLOTS = ['adam.m.', 'adam.v.'] as const;

const adam = ({ weightDecay, adam: settings }: OptimizerSettings): Optimizer => ({
  slots: ADAM_SLOTS,
  rateCount: 2,
  rates: (learningRate, step) => adamRates(learningRate, step, settings),
  update: (weight, slots, gradient, rates) =>
    adamStep(weight, slots, decayed(gradient, weight, weightDecay), rates, settings),
});

const adamw = ({ weightDecay, adam: settings }: OptimizerSettings): Optimizer => ({
  slots: ADAM_SLOTS,
  rateCount: 3,
  rates: (learningRate, step) =>
    Float32Array.of(...adamRates(learningRate, step, settings), learningRate * weightDecay),
  update(weight, slots, gradient, rates) {
    const decay = tf.slice(rates, 2, 1);
    const shrunk = tf.sub(weight, tf.mul(weight, decay));
    return adamStep(shrunk, slots, gradient, tf.slice(rates, 0, 2), settings);
  },
});

const sgd = ({ weightDecay, momentum, nesterov }: OptimizerSettings): Optimizer => ({
  slots: momentum > 0 ? ['sgd.momentum.'] : [],
  rateCount: 1,
  rates(learningRate) {
    if (!(learningRate > 0)) {
      throw new Error(`Expected \`learningRate\` to be above 0, got ${learningRate}`);
    }
    return Float32Array.of(learningRate);
  },
  update(weight, [before], gradient, rates) {
    const slope = decayed(gradient, weight, weightDecay);
    if (!before) return { weight: tf.sub(weight, tf.mul(slope, rates)), slots: [] };
    const velocity = tf.add(tf.mul(before, momentum), slope);
    const direction = nesterov ? tf.add(slope, tf.mul(velocity, momentum)) : velocity;
    return { weight: tf.sub(weight, tf.mul(direction, rates)), slots: [velocity] };
  },
});

function adamStep(
  weight: Tensor,
  [m, v]: readonly Tensor[],
  gradient: Tensor,
  rates: Tensor1D,
  settings: AdamSettings | undefined,
): Updated {
  const next = adamUpdate({ weight, m: m!, v: v! }, gradient, rates, settings);
  return { weight: next.weight, slots: [next.m, next.v] };
}

const decayed = (gradient: Tensor, weight: Tensor, decay: number): Tensor =>
  decay === 0 ? gradient : tf.add(gradient, tf.mul(weight, decay));

/**
 * Scales all gradients by one factor so that together they are no longer than `limit`.
 * As torch.nn.utils.clip_grad_norm_, its 1e-6 included.
 */
export function clipByGlobalNorm(gradients: readonly Tensor[], limit: number): Tensor[] {
  const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)));
  const norm = tf.sqrt(tf.addN(squares));
  const factor = tf.minimum(tf.div(limit, tf.add(norm, 1e-6)), 1);
  return gradients.map((gradient) => tf.mul(gradient, factor));
}
