// Forward passes of the networks against the recorded reference networks: running and batch statistics, heatmaps.
import { afterEach, expect, it, vi } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import { tf } from '../../src/engine/tf.ts';
import type { EngineName, NamedArray, Session, StateArrays, Step } from '../../src/engine/types.ts';
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
import { recordDeviation } from '../support/deviations.ts';
import {
  formulaPictures,
  formulaWeights,
  toleranceIn,
  type Formula,
} from '../support/formula-network.ts';
import {
  channelsLast,
  describeGolden,
  expectGoldenFiles,
  goldenArray,
  goldenFiles,
  goldenJson,
  maxDifference,
  skipGolden,
} from '../support/golden.ts';
import { GOLDEN_ENGINES } from '../support/golden-engines.ts';

interface Sidecar extends Formula {
  readonly model: string;
  readonly joints: number;
  readonly input_shape: readonly [number, number, number, number];
  readonly max_abs: number;
  readonly tolerance: string;
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

/** Alternatives of a pattern: the networks that exist here. */
const built = MODEL_NAMES.join('|');

const opened: Session[] = [];
afterEach(async () => {
  for (const session of opened.splice(0)) await session.dispose();
});

async function run(
  engine: EngineName,
  { seed, gain, input_shape: shape }: Sidecar,
  network: Network,
  mode: 'train' | 'eval',
): Promise<{ readonly heatmaps: NamedArray; readonly statistics: StateArrays }> {
  const session = await (
    await openEngine({ name: engine, threads: 2 })
  ).open(formulaWeights(network, { seed, gain }));
  opened.push(session);
  const pictures = formulaPictures(seed, shape);
  const step: Step<'pictures', 'heatmaps'> = {
    name: `golden ${mode}`,
    run(state, inputs) {
      const next: Record<string, Tensor> = {};
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
      );
      return { state: next, outputs: { heatmaps } };
    },
  };
  const runner = await session.compile(step, {
    pictures: { shape: pictures.shape, dtype: 'float32' },
  });
  const [outputs] = await runner.run([{ pictures: pictures.data }]);
  const changed = network.parameters.filter((spec) => !spec.trainable).map(({ name }) => name);
  return { heatmaps: outputs!.heatmaps, statistics: await session.read(changed) };
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

const heatmapTolerance = ({ tolerance }: Sidecar) =>
  toleranceIn(tolerance, /max \|a-b\| <= ([\d.e-]+) \* max_abs/);

// The largest networks take seconds on two free cores, most of it for their formula weights.
vi.setConfig({ testTimeout: 180_000 });

expectGoldenFiles();

describeGolden('models', new RegExp(`^(${built})_.*_eval\\.f32$`), (file) => {
  const { sidecar } = goldenArray<Sidecar>(file);
  const network = createNetwork(sidecar.model as ModelName, sidecar.joints);

  it.each(enginesFor(network))('gives the heatmaps of the reference on %s', async (engine) => {
    const { heatmaps } = await run(engine, sidecar, network, 'eval');
    expect(deviation(file, engine, heatmaps)).toBeLessThanOrEqual(heatmapTolerance(sidecar));
  });
});

describeGolden('models', new RegExp(`^(${built})_.*_trainbn\\.f32$`), (file) => {
  const { sidecar } = goldenArray<Sidecar>(file);
  const network = createNetwork(sidecar.model as ModelName, sidecar.joints);
  const stats = goldenFiles('models', /_trainbn_stats\.json$/).find(
    (path) => path === file.replace(/\.f32$/, '_stats.json'),
  );

  it.each(enginesFor(network))(
    'gives heatmaps and running statistics of one step on %s',
    async (engine) => {
      const { heatmaps, statistics } = await run(engine, sidecar, network, 'train');
      expect(deviation(file, engine, heatmaps)).toBeLessThanOrEqual(heatmapTolerance(sidecar));
      expect(stats, `running statistics beside ${file}`).toBeDefined();
      const { buffers, tolerance } = goldenJson<Stats>(stats!);
      const compared = Object.entries(buffers).map(([name, expected]) => {
        // PyTorch counts the batches a layer has seen; with a fixed momentum nothing reads it, and heatstream keeps none.
        if (name.endsWith('.num_batches_tracked')) return undefined;
        const values = expected as readonly number[];
        const largest = Math.max(...values.map(Math.abs));
        return maxDifference(statistics[name]!.data, values) / largest;
      });
      const measured = compared.filter((value) => value !== undefined);
      expect(measured).toHaveLength(network.parameters.filter((spec) => !spec.trainable).length);
      const allowed = toleranceIn(tolerance, /([\d.e-]+) relative to the tensor max/);
      const worst = Math.max(...measured);
      recordDeviation(stats!, worst, allowed, `statistics over the tensor's maximum, ${engine}`);
      expect(worst).toBeLessThanOrEqual(allowed);
    },
  );
});

skipGolden('models', new RegExp(`^(?!(${built})_).*_(eval|trainbn)\\.f32$`), 'no such network yet');
