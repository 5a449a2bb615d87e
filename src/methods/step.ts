// One training step, shared by all methods: supervised loss + consistency term, gradients, optimiser, running statistics.
import type { Scalar, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import type { Step, Tensors } from '../engine/types.ts';
import { updateRunning, type BatchStats } from '../models/batch-norm.ts';
import { meanPeak } from '../models/loss.ts';
import { under, type Network } from '../models/network.ts';
import { clipByGlobalNorm, createOptimizer } from '../models/optimizer.ts';
import { updateAll } from '../models/update-all.ts';
import { input2d, input4d } from './inputs.ts';
import { AVERAGED, PLAIN, supervisedLoss, type Learning } from './learning.ts';
import { PAPER, type Forward, type Method, type MethodSettings } from './method.ts';
import { drawView, type StepGeometry } from './view.ts';

/** What a step reports: the three losses, and the signs of collapse on labelled and unlabelled pictures. */
export type StepOutput =
  | 'loss'
  | 'supervised'
  | 'consistency'
  /** Mean heatmap maximum of the students, of what they are asked to match, and of the students on labelled pictures. */
  | 'studentPeak'
  | 'teacherPeak'
  | 'labelledPeak'
  /** Rate of heatmaps [joints] without a peak: nothing above BACKGROUND. */
  | 'studentBackground'
  | 'teacherBackground';

/** A heatmap whose maximum is lower shows background only. */
const BACKGROUND = 0.1;

/** The BN statistics that one forward pass saw, under the prefix of the weights that it ran with. */
type Pass = { readonly layer: string; readonly stats: BatchStats }[];

/** Prefixes of the networks in training within the state. */
export const NETWORKS = ['net.', 'net2.'] as const;

/** Prefixes of their snapshots, or of the average of the first one's past weights. */
export const TEACHERS = ['teacher.', 'teacher2.'] as const;

/** Name of an optimiser slot of a parameter. */
const slotOf = (network: string, name: string) => (network === 'net.' ? name : network + name);

/** Every parameter of a method's networks that learns: prefix, name, and name of its optimiser slot. */
export function trainables(
  method: Method,
  network: Network,
): { readonly prefix: string; readonly name: string; readonly slot: string }[] {
  const names = network.parameters.filter((spec) => spec.trainable).map((spec) => spec.name);
  return NETWORKS.slice(0, method.networks).flatMap((prefix) =>
    names.map((name) => ({ prefix, name, slot: slotOf(prefix, name) })),
  );
}

/**
 * The step of a method. State: `net.*` (and `net2.*`), the optimiser's slots (`adam.m.*`, …), `teacher.*` where the method
 * averages weights, `ema.*` where `learning` does; inputs: labelledInputs and poolInputs. Gradients of
 * `supervised + weight x consistency`, the first averaged over the networks; one update with `rates` from the optimiser.
 */
export function trainStep(
  method: Method,
  network: Network,
  geometry: StepGeometry,
  settings: MethodSettings = PAPER,
  learning: Learning = PLAIN,
): Step<string, StepOutput> {
  const optimizer = createOptimizer(learning.optimizer);
  const prefixes = NETWORKS.slice(0, method.networks);
  const parameters = trainables(method, network);
  return {
    name: `train ${method.name} ${method.regime} ${network.name} ${network.joints}`,
    variant: JSON.stringify({ ...settings, ...learning }),
    run(state, inputs) {
      const passes = new Map<string, Pass[]>();
      const forwardWith =
        (prefix: string, parameter: (name: string) => Tensor): Forward =>
        (x) => {
          const pass: Pass = [];
          passes.set(prefix, [...(passes.get(prefix) ?? []), pass]);
          return network.forward(x, 'train', parameter, (layer, stats) =>
            pass.push({ layer, stats }),
          );
        };
      const untaught = (prefix: string): Forward =>
        settings.teacherBn === 'batch'
          ? forwardWith(prefix, under(state, prefix))
          : (x) => network.forward(x, 'eval', under(state, prefix));

      const labelled = drawView(
        input4d(inputs, 'labelledCrops'),
        input2d(inputs, 'labelledViews'),
        geometry,
      );
      const networks = prefixes.map(untaught);
      const scene = { inputs, geometry, settings, networks, average: untaught(TEACHERS[0]) };
      const students = method.consistency?.(scene);
      const teacherPasses = new Map(passes);
      passes.clear();

      const monitored: Partial<Record<StepOutput, Tensor>> = {};
      // A copy: what the objective returns must not be disposed with it.
      const monitor = (name: StepOutput, value: Tensor) => {
        monitored[name] = tf.keep(tf.clone(value));
      };
      const objective = (...weights: Tensor[]) => {
        const byName = new Map(
          parameters.map(({ prefix, name }, i) => [prefix + name, weights[i]!]),
        );
        const forwards = prefixes.map((prefix) =>
          forwardWith(prefix, (name) => byName.get(prefix + name) ?? under(state, prefix)(name)),
        );
        const predictions = forwards.map((forward) => forward(labelled));
        const supervised = predictions
          .map((predicted) =>
            supervisedLoss(
              predicted,
              input4d(inputs, 'targets'),
              input2d(inputs, 'targetWeights'),
              learning,
            ),
          )
          .reduce((sum, loss) => tf.add(sum, loss));
        const mean = method.networks === 1 ? supervised : tf.div(supervised, method.networks);
        monitor('supervised', mean);
        monitor('labelledPeak', meanPeak(tf.concat(predictions, 0)));
        if (!students) return mean as Scalar;
        const { loss, student, teacher } = students(forwards);
        monitor('consistency', loss);
        monitor('studentPeak', meanPeak(student));
        monitor('teacherPeak', meanPeak(teacher));
        monitor('studentBackground', backgroundRate(student));
        monitor('teacherBackground', backgroundRate(teacher));
        return tf.add<Scalar>(mean, tf.mul(loss, tf.reshape(inputs['weight']!, [])));
      };
      const weights = parameters.map(({ prefix, name }) => under(state, prefix)(name));
      const { value, grads } = tf.valueAndGrads(objective)(weights);
      const { clipNorm } = learning;
      const gradients = clipNorm > 0 ? clipByGlobalNorm(grads, clipNorm) : grads;

      const next: Record<string, Tensor> = {};
      const moved = updateAll(
        optimizer,
        parameters.map(({ slot }, i) => ({
          weight: weights[i]!,
          slots: optimizer.slots.map((kept) => state[kept + slot]!),
          gradient: gradients[i]!,
        })),
        inputs['rates'] as Tensor1D,
      );
      parameters.forEach(({ prefix, name, slot }, i) => {
        const updated = moved[i]!;
        next[prefix + name] = updated.weight;
        optimizer.slots.forEach((kept, k) => {
          next[kept + slot] = updated.slots[k]!;
        });
        if (method.teacher === 'average' && prefix === 'net.') {
          const decay = tf.reshape(inputs['decay']!, []);
          const averaged = TEACHERS[0] + name;
          next[averaged] = average(state[averaged]!, updated.weight, decay);
        }
      });
      for (const prefix of new Set([...passes.keys(), ...teacherPasses.keys()])) {
        const [own = [], taught = []] = [passes.get(prefix), teacherPasses.get(prefix)];
        // The paper's code runs labelled, easy, hard; here the teacher ran first, outside the tape.
        const inReferenceOrder = [...own.slice(0, 1), ...taught, ...own.slice(1)];
        Object.assign(next, runningAverages(state, prefix, inReferenceOrder));
      }
      if (learning.averages) {
        const decay = tf.reshape(inputs['averageDecay']!, []);
        for (const name of Object.keys(next).filter(isOfNetwork)) {
          next[AVERAGED + name] = average(state[AVERAGED + name]!, next[name]!, decay);
        }
      }

      const output = (name: StepOutput, otherwise: Tensor) => {
        const kept = monitored[name];
        if (!kept) return otherwise;
        const copy = tf.clone(kept);
        kept.dispose();
        return copy;
      };
      const [zero, none] = [tf.scalar(0), tf.zeros([network.joints])];
      return {
        state: next,
        outputs: {
          loss: value,
          supervised: output('supervised', zero),
          consistency: output('consistency', zero),
          studentPeak: output('studentPeak', zero),
          teacherPeak: output('teacherPeak', zero),
          labelledPeak: output('labelledPeak', zero),
          studentBackground: output('studentBackground', none),
          teacherBackground: output('teacherBackground', none),
        },
      };
    },
  };
}

const isOfNetwork = (name: string) => NETWORKS.some((prefix) => name.startsWith(prefix));

/** Rate of heatmaps [batch, h, w, joints] without a peak, a joint. */
const backgroundRate = (heatmaps: Tensor4D): Tensor =>
  tf.mean(tf.cast(tf.less(tf.max(heatmaps, [1, 2]), BACKGROUND), 'float32'), 0);

/** decay x old + (1 - decay) x now */
const average = (old: Tensor, now: Tensor, decay: Tensor): Tensor =>
  tf.add(tf.mul(old, decay), tf.mul(now, tf.sub(1, decay)));

function runningAverages(
  state: Tensors,
  prefix: string,
  passes: readonly Pass[],
): Record<string, Tensor> {
  const next: Record<string, Tensor> = {};
  for (const { layer, stats } of passes.flat()) {
    const mean = `${prefix}${layer}.running_mean`;
    const variance = `${prefix}${layer}.running_var`;
    const before = {
      mean: next[mean] ?? state[mean]!,
      variance: next[variance] ?? state[variance]!,
    };
    const after = updateRunning(before, stats);
    next[mean] = after.mean;
    next[variance] = after.variance;
    stats.mean.dispose();
    stats.variance.dispose();
  }
  return next;
}
