// One training step, shared by all methods: supervised loss + consistency term, gradients, Adam, running statistics.
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import type { Step, Tensors } from '../engine/types.ts';
import { adamUpdate } from '../models/adam.ts';
import { updateRunning, type BatchStats } from '../models/batch-norm.ts';
import { jointsMse, meanPeak } from '../models/loss.ts';
import { under, type Network } from '../models/network.ts';
import { input2d, input4d } from './inputs.ts';
import type { Method } from './method.ts';
import { drawView, type StepGeometry } from './view.ts';

/** Scalars a step: the three losses, and the mean heatmap maximum of student and teacher on unlabelled pictures. */
export type StepOutput = 'loss' | 'supervised' | 'consistency' | 'studentPeak' | 'teacherPeak';

/** The BN statistics that one forward pass saw. */
type Pass = { readonly layer: string; readonly stats: BatchStats }[];

/**
 * The step of a method. State: `net.*`, `adam.m.*`, `adam.v.*`; inputs: labelledInputs and the method's own.
 * Gradients of `supervised + weight x consistency`; one Adam update with `rates` from adamRates.
 */
export function trainStep(
  method: Method,
  network: Network,
  geometry: StepGeometry,
): Step<string, StepOutput> {
  const names = network.parameters.filter((spec) => spec.trainable).map((spec) => spec.name);
  return {
    name: `train ${method.name} ${method.regime} ${network.name} ${network.joints}`,
    run(state, inputs) {
      const current = under(state, 'net.');
      const passes: Pass[] = [];
      const forwardWith = (parameter: (name: string) => Tensor) => (x: Tensor4D) => {
        const pass: Pass = [];
        passes.push(pass);
        return network.forward(x, 'train', parameter, (layer, stats) =>
          pass.push({ layer, stats }),
        );
      };

      const labelled = drawView(
        input4d(inputs, 'labelledCrops'),
        input2d(inputs, 'labelledViews'),
        geometry,
      );
      const student = method.consistency?.(forwardWith(current), inputs, geometry);
      const teacherPasses = passes.splice(0);

      const monitored: Partial<Record<StepOutput, Tensor>> = {};
      // A copy: what the objective returns must not be disposed with it.
      const monitor = (name: StepOutput, value: Tensor) => {
        monitored[name] = tf.keep(tf.clone(value));
      };
      const objective = (...weights: Tensor[]) => {
        const byName = new Map(names.map((name, i) => [name, weights[i]!]));
        const forward = forwardWith((name) => byName.get(name) ?? current(name));
        const supervised = jointsMse(
          forward(labelled),
          input4d(inputs, 'targets'),
          input2d(inputs, 'targetWeights'),
        );
        monitor('supervised', supervised);
        if (!student) return supervised;
        const consistency = student(forward);
        monitor('consistency', consistency.loss);
        monitor('studentPeak', meanPeak(consistency.student));
        monitor('teacherPeak', meanPeak(consistency.teacher));
        const weight = tf.reshape(inputs['weight']!, []);
        return tf.add(supervised, tf.mul(consistency.loss, weight));
      };
      const weights = names.map(current);
      const { value, grads } = tf.valueAndGrads(objective)(weights);

      const next: Record<string, Tensor> = {};
      names.forEach((name, i) => {
        const [m, v] = [state[`adam.m.${name}`]!, state[`adam.v.${name}`]!];
        const slot = { weight: weights[i]!, m, v };
        const updated = adamUpdate(slot, grads[i]!, inputs['rates'] as Tensor1D);
        next[`net.${name}`] = updated.weight;
        next[`adam.m.${name}`] = updated.m;
        next[`adam.v.${name}`] = updated.v;
      });
      // The paper's code runs labelled, easy, hard; here the teacher ran first, outside the tape.
      const inReferenceOrder = [...passes.splice(0, 1), ...teacherPasses, ...passes];
      Object.assign(next, runningAverages(state, inReferenceOrder));

      const zero = tf.scalar(0);
      const output = (name: StepOutput) => {
        const kept = monitored[name];
        if (!kept) return zero;
        const value = tf.clone(kept);
        kept.dispose();
        return value;
      };
      return {
        state: next,
        outputs: {
          loss: value,
          supervised: output('supervised'),
          consistency: output('consistency'),
          studentPeak: output('studentPeak'),
          teacherPeak: output('teacherPeak'),
        },
      };
    },
  };
}

function runningAverages(state: Tensors, passes: readonly Pass[]): Record<string, Tensor> {
  const next: Record<string, Tensor> = {};
  for (const { layer, stats } of passes.flat()) {
    const mean = `net.${layer}.running_mean`;
    const variance = `net.${layer}.running_var`;
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
