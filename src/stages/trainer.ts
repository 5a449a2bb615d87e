// Everything that runs on the engine for one training run: the shared state and the compiled steps over it.
import type { Engine, NamedArray, Runner, Session, StateArrays } from '../engine/types.ts';
import { labelledInputs, type Method } from '../methods/method.ts';
import { predictInputs, predictStep, type BnMode } from '../methods/predict-step.ts';
import { trainStep, type StepOutput } from '../methods/step.ts';
import type { StepGeometry } from '../methods/view.ts';
import type { Network } from '../models/network.ts';

export type PredictRunner = Runner<'crops' | 'views', 'heatmaps' | 'peak'>;

export interface Trainer {
  readonly train: Runner<string, StepOutput>;
  /** The published teacher over a batch of the pool; cached regime only. */
  readonly teach?: PredictRunner;
  /** The network in training with batch statistics: mean peak on the pool. */
  readonly probe: PredictRunner;
  /** Current weights and running statistics by state_dict name. */
  weights(): Promise<StateArrays>;
  /** Makes these weights the teacher's. */
  setTeacher(weights: StateArrays): Promise<void>;
  /** The whole state. */
  state(): Promise<StateArrays>;
  dispose(): Promise<void>;
}

export interface TrainerOptions {
  readonly engine: Engine;
  readonly method: Method;
  readonly network: Network;
  readonly geometry: StepGeometry;
  readonly labelledBatch: number;
  readonly unlabelledBatch: number;
  readonly teacherBn: BnMode;
  /** From initialState, or a checkpoint's. */
  readonly state: StateArrays;
}

/** Fresh optimiser slots around the weights; the teacher starts as a copy where the method keeps one. */
export function initialState(network: Network, weights: StateArrays, method: Method): StateArrays {
  const state: Record<string, NamedArray> = {};
  for (const { name, shape, trainable } of network.parameters) {
    const array = weights[name]!;
    state[`net.${name}`] = array;
    if (trainable) {
      const zeros = () => ({ shape, data: new Float32Array(array.data.length) });
      state[`adam.m.${name}`] = zeros();
      state[`adam.v.${name}`] = zeros();
    }
    if (method.regime === 'cached') state[`teacher.${name}`] = array;
  }
  return state;
}

export async function openTrainer(options: TrainerOptions): Promise<Trainer> {
  const { engine, method, network, geometry, labelledBatch, unlabelledBatch } = options;
  const session: Session = await engine.open(options.state);
  const shapes = {
    ...labelledInputs(labelledBatch, geometry, network.joints),
    ...method.inputs(unlabelledBatch, geometry, network.joints),
  };
  const predict = (weights: 'net.' | 'teacher.', bn: BnMode) =>
    session.compile(
      predictStep(network, geometry, { weights, bn }),
      predictInputs(unlabelledBatch, geometry),
    );
  const names = network.parameters.map((spec) => spec.name);
  return {
    train: await session.compile(trainStep(method, network, geometry), shapes),
    ...(method.regime === 'cached' && { teach: await predict('teacher.', options.teacherBn) }),
    probe: await predict('net.', 'batch'),
    async weights() {
      const read = await session.read(names.map((name) => `net.${name}`));
      return Object.fromEntries(names.map((name) => [name, read[`net.${name}`]!]));
    },
    setTeacher: (weights) =>
      session.write(Object.fromEntries(names.map((name) => [`teacher.${name}`, weights[name]!]))),
    state: () => session.read(),
    dispose: () => session.dispose(),
  };
}
