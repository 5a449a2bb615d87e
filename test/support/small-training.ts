// A training step at its smallest: `tiny` with three joints on non-square crops, batches of two, inputs of a fixed stream.
import { packTransforms } from '../../src/augment/transforms.ts';
import { viewPair } from '../../src/augment/view-pair.ts';
import { openTested } from './open-tested.ts';
import type {
  EngineName,
  Inputs,
  Outputs,
  Runner,
  Session,
  StateArrays,
} from '../../src/engine/types.ts';
import {
  labelledInputs,
  PAPER,
  poolInputs,
  type Method,
  type MethodSettings,
} from '../../src/methods/method.ts';
import { trainStep, type StepOutput } from '../../src/methods/step.ts';
import type { StepGeometry } from '../../src/methods/view.ts';
import { adamRates } from '../../src/models/adam.ts';
import { createNetwork, initialWeights } from '../../src/models/network.ts';
import { similarity } from '../../src/pose/affine.ts';
import { initialState } from '../../src/stages/trainer.ts';
import { noise } from './compute.ts';

export const geometry: StepGeometry = {
  stored: { width: 32, height: 48 },
  input: { width: 32, height: 48 },
  heatmap: { width: 8, height: 12 },
  mean: [114, 114, 114],
  std: [58, 58, 58],
};
export const joints = 3;
export const batchSize = 2;
export const network = createNetwork('tiny', joints);
const heatmapSize = batchSize * 8 * 12 * joints;

/** The paper's settings with the method's own views. */
export const viewsOf = ({ views: { easy, hard } }: Method, isSheared = false): MethodSettings => ({
  ...PAPER,
  views: viewPair(easy, hard, isSheared),
});

/** With a head large enough for heatmaps that differ. */
export function smallState(method: Method, seed = 1) {
  const loud = (from: number) => {
    const weights = initialWeights(network, from);
    const head = weights['head.weight']!;
    return { ...weights, 'head.weight': { ...head, data: head.data.map((value) => value * 100) } };
  };
  return initialState(network, loud(seed), method, loud(seed + 1000));
}

export interface StepResult {
  readonly outputs: Outputs<StepOutput>;
  readonly state: StateArrays;
}

/** Training steps, each prepared once an engine and method and run from whatever state a test likes. */
export interface Rigs {
  /** @param state at the start; fresh by default. The result is the outputs of the last step and the state after it. */
  run(
    engine: EngineName,
    method: Method,
    inputs: readonly Inputs[],
    state?: StateArrays,
    settings?: MethodSettings,
  ): Promise<StepResult>;
  close(): Promise<void>;
}

export function createRigs(): Rigs {
  const sessions: Session[] = [];
  const rigs = new Map<string, Promise<{ session: Session; runner: Runner<string, StepOutput> }>>();
  const prepare = async (name: EngineName, method: Method, settings: MethodSettings) => {
    const session = await (await openTested({ name, threads: 1 })).open(smallState(method));
    sessions.push(session);
    const shapes = {
      ...labelledInputs(batchSize, geometry, joints),
      ...poolInputs(method, batchSize, geometry, joints, settings),
    };
    const step = trainStep(method, network, geometry, settings);
    return { session, runner: await session.compile(step, shapes) };
  };
  return {
    async run(engine, method, inputs, state = smallState(method), settings = viewsOf(method)) {
      const key = `${engine} ${method.name} ${method.regime} ${JSON.stringify(settings)}`;
      const made = rigs.get(key) ?? prepare(engine, method, settings);
      rigs.set(key, made);
      const { session, runner } = await made;
      await session.write(state);
      const outputs = await runner.run(inputs);
      return { outputs: outputs.at(-1)!, state: await session.read() };
    },
    async close() {
      for (const session of sessions.splice(0)) await session.dispose();
    },
  };
}

const crops = (seed: number) =>
  Uint8Array.from(noise(batchSize * 48 * 32 * 3, seed, 0, 256), Math.floor);
const turned = (degrees: number, scale: number, size: { width: number; height: number }) =>
  similarity({ centre: { x: (size.width - 1) / 2, y: (size.height - 1) / 2 }, degrees, scale });

/** Inputs of a supervised step. */
export function labelledBatch(seed: number, step = 1) {
  const { input } = geometry;
  return {
    labelledCrops: crops(seed),
    labelledViews: packTransforms([turned(10, 1.1, input), turned(-20, 0.9, input)]),
    targets: noise(heatmapSize, seed + 1, 0, 1),
    targetWeights: Float32Array.from([1, 0, 1, 1, 1, 1]),
    rates: adamRates(1e-3, step),
  };
}

/** Inputs of a step with unlabelled crops; `teacherHeatmaps` are the caller's. */
export function poolBatch(seed: number, step = 1, weight = 1) {
  const { input, heatmap } = geometry;
  const hard = [
    { degrees: 30, scale: 0.9 },
    { degrees: -45, scale: 1.2 },
  ];
  return {
    ...labelledBatch(seed, step),
    poolCrops: crops(seed + 2),
    easyViews: packTransforms([turned(-15, 1, input), turned(5, 1.2, input)]),
    hardViews: packTransforms(hard.map(({ degrees, scale }) => turned(degrees, scale, input))),
    hardHeatmapViews: packTransforms(
      hard.map(({ degrees, scale }) => turned(degrees, scale, heatmap)),
    ),
    weight: Float32Array.of(weight),
  } satisfies Inputs;
}
