// Forward passes of the networks against the recorded reference networks: running and batch statistics, heatmaps.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { openTested } from '../support/open-tested.ts';
import { tf } from '../../src/engine/tf.ts';
import type {
  EngineName,
  NamedArray,
  Outputs,
  Session,
  StateArrays,
  Step,
} from '../../src/engine/types.ts';
import { updateRunning } from '../../src/models/batch-norm.ts';
import { networkCost } from '../../src/models/cost.ts';
import {
  createNetwork,
  MODEL_NAMES,
  under,
  type ModelName,
  type Network,
} from '../../src/models/network.ts';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { expectWithin, recordDeviation } from '../support/deviations.ts';
import {
  formulaPictures,
  formulaWeights,
  toleranceIn,
  type Formula,
} from '../support/formula-network.ts';
import {
  channelsFirst,
  channelsLast,
  describeGolden,
  expectGoldenFiles,
  goldenArray,
  goldenJson,
  maxDifference,
  skipGolden,
} from '../support/golden.ts';
import { GOLDEN_ENGINES } from '../support/golden-engines.ts';

interface Sidecar extends Formula {
  readonly model: string;
  readonly joints: number;
  readonly input_shape: readonly [number, number, number, number];
  readonly mode: string;
  readonly max_abs: number;
  readonly tolerance: string;
  /** What parts of the network give, PyTorch layout. */
  readonly activations?: Readonly<Record<string, Activation>>;
}

interface Activation {
  readonly shape: readonly number[];
  readonly mean: number;
  readonly abs_mean: number;
  readonly abs_max: number;
  readonly first4: readonly number[];
  readonly last2: readonly number[];
}

interface Stats {
  readonly tolerance: string;
  readonly buffers: Readonly<Record<string, readonly number[] | number>>;
}

/** The wasm heap never shrinks again: networks of more parameters do not run there. */
const WASM_PARAMETERS = 40e6;

function enginesFor(network: Network): readonly EngineName[] {
  const { parameters } = networkCost(network, { width: network.stride, height: network.stride });
  return GOLDEN_ENGINES.filter((name) => name !== 'wasm' || parameters <= WASM_PARAMETERS);
}

const opened: Session[] = [];
afterEach(async () => {
  for (const session of opened.splice(0)) await session.dispose();
});

interface Seen {
  readonly heatmaps: NamedArray;
  readonly statistics: StateArrays;
  /** By name. */
  readonly activations: Outputs;
}

async function run(
  engine: EngineName,
  { seed, gain, input_shape: shape, mode: inWords, activations: wanted = {} }: Sidecar,
  network: Network,
): Promise<Seen> {
  const session = await (
    await openTested({ name: engine, threads: 2 })
  ).open(formulaWeights(network, { seed, gain }));
  opened.push(session);
  const pictures = formulaPictures(seed, shape);
  // Files in other modes are skipped before.
  const mode = modeOf(inWords)!;
  const step: Step<'pictures'> = {
    name: `golden ${mode}`,
    run(state, inputs) {
      const next: Record<string, Tensor> = {};
      const activations: Record<string, Tensor> = {};
      const heatmaps = network.forward(
        inputs.pictures as Tensor4D,
        mode,
        under(state, ''),
        (layer, stats) => {
          const [mean, variance] = [`${layer}.running_mean`, `${layer}.running_var`];
          const after = updateRunning({ mean: state[mean]!, variance: state[variance]! }, stats);
          next[mean] = after.mean;
          next[variance] = after.variance;
          tf.dispose([stats.mean, stats.variance]);
        },
        (name, map) => {
          if (name in wanted) activations[name] = tf.clone(map);
        },
      );
      return { state: next, outputs: { heatmaps, ...activations } };
    },
  };
  const runner = await session.compile(step, {
    pictures: { shape: pictures.shape, dtype: 'float32' },
  });
  const [outputs] = await runner.run([{ pictures: pictures.data }]);
  const { heatmaps, ...activations } = outputs!;
  const changed = network.parameters.filter((spec) => !spec.trainable).map(({ name }) => name);
  return { heatmaps: heatmaps!, statistics: await session.read(changed), activations };
}

/** Largest difference over the largest golden value, told in one line. */
function deviation(file: string, engine: string, heatmaps: NamedArray): number {
  const { data, shape, sidecar } = goldenArray<Sidecar>(file);
  const [n, joints, height, width] = shape as [number, number, number, number];
  expect(heatmaps.shape).toEqual([n, height, width, joints]);
  const measured = maxDifference(heatmaps.data, channelsLast(data, shape)) / sidecar.max_abs;
  const allowed = heatmapTolerance(sidecar);
  recordDeviation(file, measured, allowed, `heatmaps over max_abs, ${engine}`);
  return measured;
}

const heatmapTolerance = ({ tolerance, mode }: Sidecar) =>
  toleranceIn(
    tolerance,
    /max \|a-b\| <= ([\d.e-]+) \* max_abs/,
    modeOf(mode) === 'train' ? 3e-4 : 1e-4,
  );

/** The first word: `eval (BatchNorm uses running statistics, eps 1e-5)`. */
const modeOf = (mode: string) =>
  /^(?:eval|train)\b/.exec(mode)?.[0] as 'eval' | 'train' | undefined;

/** Every number that the sidecar gives of an activation, over the activation's largest one; the heatmaps' tolerance holds. */
function checkActivations(file: string, engine: string, activations: Outputs): void {
  const { sidecar } = goldenArray<Sidecar>(file);
  const wanted = Object.entries(sidecar.activations ?? {});
  const deviations = wanted.map(([name, expected]) => {
    expect(activations, `what ${sidecar.model} calls ${name}`).toHaveProperty([name]);
    const { shape, data } = channelsFirst(activations[name]!);
    expect(shape, name).toEqual(expected.shape);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const absMean = data.reduce((sum, value) => sum + Math.abs(value), 0) / data.length;
    const absMax = data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const got = [mean, absMean, absMax, ...data.slice(0, 4), ...data.slice(-2)];
    const { mean: m, abs_mean: am, abs_max: ax, first4, last2 } = expected;
    return { name, off: maxDifference(got, [m, am, ax, ...first4, ...last2]) / ax };
  });
  if (deviations.length === 0) return;
  const worst = deviations.reduce((a, b) => (b.off > a.off ? b : a));
  const what = `${deviations.length} activations over their maximum (worst ${worst.name}), ${engine}`;
  expectWithin(file, worst.off, heatmapTolerance(sidecar), what);
}

// The largest networks take seconds on two free cores, most of it for their formula weights.
vi.setConfig({ testTimeout: 900_000 });

expectGoldenFiles();

const isBuilt = (model: string): model is ModelName =>
  (MODEL_NAMES as readonly string[]).includes(model);

describeGolden('models', 'heatmaps', (file) => {
  const { sidecar } = goldenArray<Sidecar>(file);
  const { model, joints } = sidecar;
  const mode = modeOf(sidecar.mode);
  if (!isBuilt(model)) {
    skipGolden(file, `there is no network ${model}`);
    return;
  }
  if (mode === undefined) {
    skipGolden(file, `there is no mode ${sidecar.mode}`);
    return;
  }
  const network = createNetwork(model, joints);
  const stats = file.replace(/\.f32$/, '_stats.json');
  const hasStats = mode === 'train' && existsSync(stats);

  it.each(enginesFor(network))(
    `gives the ${mode} heatmaps of the reference on %s`,
    async (engine) => {
      const { heatmaps, statistics, activations } = await run(engine, sidecar, network);
      expect(deviation(file, engine, heatmaps)).toBeLessThanOrEqual(heatmapTolerance(sidecar));
      checkActivations(file, engine, activations);
      if (!hasStats) return;
      const { buffers, tolerance } = goldenJson<Stats>(stats);
      const compared = Object.entries(buffers).map(([name, expected]) => {
        // PyTorch counts the batches a layer has seen; with a fixed momentum nothing reads it, and heatstream keeps none.
        if (name.endsWith('.num_batches_tracked')) return undefined;
        const values = expected as readonly number[];
        const largest = Math.max(...values.map(Math.abs));
        return maxDifference(statistics[name]!.data, values) / largest;
      });
      const measured = compared.filter((value) => value !== undefined);
      expect(measured).toHaveLength(network.parameters.filter((spec) => !spec.trainable).length);
      const allowed = toleranceIn(tolerance, /([\d.e-]+) relative to the tensor max/, 1e-4);
      expectWithin(stats, Math.max(...measured), allowed, `over the tensor's maximum, ${engine}`);
    },
  );
  if (mode === 'train' && !hasStats) {
    it.skip(`has no running statistics beside it (${basename(stats)})`, () => undefined);
  }
});
