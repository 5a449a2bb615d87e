// Everything that runs on the engine for one training run: the shared state and the compiled steps over it.
import type { Engine, NamedArray, Runner, Session, StateArrays } from '../engine/types.ts';
import { distillStep, type DistillOptions } from '../methods/distill-step.ts';
import { AVERAGED, PLAIN, type Learning } from '../methods/learning.ts';
import { labelledInputs, poolInputs, type Method, type MethodSettings } from '../methods/method.ts';
import {
  predictInputs,
  predictStep,
  type BnMode,
  type PredictWith,
} from '../methods/predict-step.ts';
import { compileViews, type MeasureOptions, type ViewRunner } from './measure-views.ts';
import { SECOND } from './model-file.ts';
import { NETWORKS, TEACHERS, trainables, trainStep, type StepOutput } from '../methods/step.ts';
import type { StepGeometry } from '../methods/view.ts';
import type { Network } from '../models/network.ts';
import { createOptimizer } from '../models/optimizer.ts';

export type PredictRunner = Runner<'crops' | 'views', 'heatmaps' | 'peak'>;

export interface Trainer {
  readonly train: Runner<string, StepOutput>;
  /** The published teacher over a batch of the pool; cached regime only. */
  readonly teach?: PredictRunner;
  /** The network in training with batch statistics: mean peak on the pool. */
  readonly probe: PredictRunner;
  /** The first network in training on two views of labelled people. */
  views(options: MeasureOptions): Promise<ViewRunner>;
  /** Current weights and running statistics by state_dict name; a second network's or an averaged teacher's under `net2.`. */
  weights(): Promise<StateArrays>;
  /** Makes these weights the teacher's; a second teacher's lie under `net2.`, or are the same. */
  setTeacher(weights: StateArrays): Promise<void>;
  /** The whole state. */
  state(): Promise<StateArrays>;
  /** Puts a checkpoint's state in its place. */
  restore(state: StateArrays): Promise<void>;
  dispose(): Promise<void>;
}

export interface TrainerOptions {
  readonly engine: Engine;
  readonly method: Method;
  /** @default PAPER */
  readonly settings?: MethodSettings;
  /** @default PLAIN */
  readonly learning?: Learning;
  readonly network: Network;
  readonly geometry: StepGeometry;
  readonly labelledBatch: number;
  readonly unlabelledBatch: number;
  readonly teacherBn: BnMode;
  /** What the labeller of several views needs; other methods do without. */
  readonly distill?: DistillOptions;
  /** From initialState, or a checkpoint's. */
  readonly state: StateArrays;
}

/**
 * Fresh optimiser slots around the weights; a teacher of its own starts as a copy.
 * @param second weights of the second network, where the method has one
 * @param learning the optimiser, whose slots they are, and whether weights are averaged over time: the average starts as a copy
 */
export function initialState(
  network: Network,
  weights: StateArrays,
  method: Method,
  second: StateArrays = weights,
  { optimizer, averages }: Learning = PLAIN,
): StateArrays {
  const state: Record<string, NamedArray> = {};
  [weights, second].slice(0, method.networks).forEach((own, i) => {
    for (const { name } of network.parameters) state[NETWORKS[i]! + name] = own[name]!;
  });
  for (const { prefix, name, slot } of trainables(method, network)) {
    const { shape, data } = state[prefix + name]!;
    const zeros = () => ({ shape, data: new Float32Array(data.length) });
    for (const kept of createOptimizer(optimizer).slots) state[kept + slot] = zeros();
  }
  if (averages) {
    for (const [name, array] of Object.entries(state)) {
      if (NETWORKS.some((prefix) => name.startsWith(prefix))) state[AVERAGED + name] = array;
    }
  }
  if (method.teacher !== 'self') {
    [weights, second].slice(0, method.networks).forEach((own, i) => {
      for (const { name } of network.parameters) state[TEACHERS[i]! + name] = own[name]!;
    });
  }
  return state;
}

export async function openTrainer(options: TrainerOptions): Promise<Trainer> {
  const { engine, method, settings, learning = PLAIN, network, geometry } = options;
  const { labelledBatch, unlabelledBatch } = options;
  const session: Session = await engine.open(options.state);
  const shapes = {
    ...labelledInputs(labelledBatch, geometry, network.joints, learning),
    ...poolInputs(method, unlabelledBatch, geometry, network.joints, settings),
  };
  const teachers = TEACHERS.slice(0, method.networks);
  const predict = (weights: PredictWith['weights'], bn: BnMode) =>
    session.compile(
      predictStep(network, geometry, { weights, bn }),
      predictInputs(unlabelledBatch, geometry),
    );
  const teach = () =>
    method.labeller === 'distilled' && options.distill
      ? session.compile(
          distillStep(network, geometry, options.distill),
          predictInputs(unlabelledBatch, geometry),
        )
      : predict(teachers, options.teacherBn);
  const names = network.parameters.map((spec) => spec.name);
  return {
    train: await session.compile(trainStep(method, network, geometry, settings, learning), shapes),
    ...(method.teacher === 'stored' && { teach: await teach() }),
    probe: await predict('net.', 'batch'),
    views: (measure) => compileViews(session, measure),
    async weights() {
      const second =
        method.networks === 2 ? 'net2.' : method.teacher === 'average' ? 'teacher.' : '';
      const prefixes = second === '' ? ['net.'] : ['net.', second];
      // A mean teacher is an average already.
      const kept = (prefix: string) =>
        learning.averages && prefix !== 'teacher.' ? AVERAGED + prefix : prefix;
      const read = await session.read(
        prefixes.flatMap((prefix) => names.map((name) => kept(prefix) + name)),
      );
      const of = (prefix: string, shown: string) =>
        names.map((name) => [shown + name, read[kept(prefix) + name]!] as const);
      return Object.fromEntries([...of('net.', ''), ...(second === '' ? [] : of(second, SECOND))]);
    },
    setTeacher: (weights) =>
      session.write(
        Object.fromEntries(
          teachers.flatMap((prefix, i) =>
            names.map((name) => {
              const own = i === 0 ? undefined : weights[SECOND + name];
              return [prefix + name, own ?? weights[name]!] as const;
            }),
          ),
        ),
      ),
    state: () => session.read(),
    restore: (state) => session.write(state),
    dispose: () => session.dispose(),
  };
}
