// Training steps through the engine seam against recorded trajectories of the reference: losses, gradients, state.
import { basename } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTested } from '../support/open-tested.ts';
import type { EngineName, Outputs, StateArrays } from '../../src/engine/types.ts';
import { createNetwork } from '../../src/models/network.ts';
import { createOptimizer } from '../../src/models/optimizer.ts';
import { toTorch } from '../../src/models/torch-layout.ts';
import { recordDeviation } from '../support/deviations.ts';
import { formulaPictures, toleranceIn } from '../support/formula-network.ts';
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
import {
  goldenStep,
  lossTolerance,
  modelOf,
  settingsOf,
  startOf,
  whyNot,
  type Trajectory,
} from '../support/golden-train.ts';

interface Trained {
  readonly outputs: readonly Outputs[];
  readonly state: StateArrays;
  readonly lossAfter: number;
}

async function train(engine: EngineName, file: string): Promise<Trained> {
  const golden = goldenJson<Trajectory>(file);
  const { joints, seed, input_shape: shape, loss } = golden;
  const network = createNetwork(modelOf(golden), joints);
  const optimizer = createOptimizer(settingsOf(golden));
  const session = await (
    await openTested({ name: engine, threads: 2 })
  ).open(startOf(network, golden, optimizer));
  onTestFinished(() => session.dispose());
  const targets = goldenArray(file.replace(/\.json$/, '_targets.f32'));
  const [n, , height, width] = targets.shape as [number, number, number, number];
  const pictures = formulaPictures(seed, shape);
  const runner = await session.compile(goldenStep(network, settingsOf(golden)), {
    pictures: { shape: pictures.shape, dtype: 'float32' },
    targets: { shape: [n, height, width, joints], dtype: 'float32' },
    weights: { shape: [n, joints], dtype: 'float32' },
    rates: { shape: [optimizer.rateCount], dtype: 'float32' },
  });
  const at = (step: number) => ({
    pictures: pictures.data,
    targets: channelsLast(targets.data, targets.shape),
    weights: Float32Array.from(golden.visibility.flat()),
    rates: optimizer.rates(golden.optimizer.lr, step),
  });
  const outputs: Outputs[] = [];
  for (let step = 1; step <= loss.length; step++) outputs.push(...(await runner.run([at(step)])));
  const state = await session.read();
  // The loss of one step more is the loss after the last update.
  const [after] = await runner.run([at(loss.length + 1)]);
  return { outputs, state, lossAfter: after!['loss']!.data[0]! };
}

const relative = (got: number, expected: number) => Math.abs(got / expected - 1);
const l2 = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));
const absMean = (values: Float32Array) =>
  values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;

/** Relative L2 error of a gradient whose reference is stored whole. */
function gradientError(file: string, { outputs }: Trained): { tensor: string; error: number } {
  const { data, sidecar } = goldenArray<{ tensor: string }>(file);
  const gradient = toTorch(outputs[0]![`gradient ${sidecar.tensor}`]!).data;
  const difference = Array.from(data, (value, i) => value - gradient[i]!);
  return { tensor: sidecar.tensor, error: l2(difference) / l2(data) };
}

expectGoldenFiles();

describeGolden('train', 'trajectory', (file) => {
  const golden = goldenJson<Trajectory>(file);
  const problem = whyNot(golden);
  if (problem !== undefined) {
    skipGolden(file, problem);
    return;
  }
  const stem = basename(file, '.json');
  const { tolerance } = golden;
  const besides = (what: string) =>
    goldenFiles('train', /\.f32$/).filter((path) => basename(path).startsWith(`${stem}_${what}`));

  describe.each(GOLDEN_ENGINES)('on %s', (engine) => {
    it('follows the trajectory of the reference', { timeout: 900_000 }, async () => {
      const trained = await train(engine, file);
      const lines: string[] = [];
      const check = (what: string, measured: number, allowed: number, of = file) => {
        lines.push(`${what} ${measured.toExponential(1)} (<= ${allowed})`);
        recordDeviation(of, measured, allowed, `${what} on ${engine}`);
        expect.soft(measured, `${stem} on ${engine}: ${what}`).toBeLessThanOrEqual(allowed);
      };

      golden.loss.forEach((loss, i) => {
        const got = trained.outputs[i]!['loss']!.data[0]!;
        check(`loss ${i + 1}`, relative(got, loss), lossTolerance(golden, i));
      });
      const after = relative(trained.lossAfter, golden.loss_after_last_update_train_mode);
      check('loss after', after, lossTolerance(golden, golden.loss.length));

      for (const path of besides('out0')) {
        const { data, shape } = goldenArray(path);
        const heatmaps = trained.outputs[0]!['heatmaps']!.data;
        const largest = maxDifference(data, new Float32Array(data.length));
        // The tolerance of train-mode heatmaps in models/: 3e-4 of the largest value.
        const off = maxDifference(heatmaps, channelsLast(data, shape)) / largest;
        check('first output', off, 3e-4, path);
      }

      const flipped = toleranceIn(tolerance, /treat > ([\d.e-]+) as a failure/, 0.1);
      const near = toleranceIn(tolerance, /last deconv\/BN must still agree to ([\d.e-]+)\)/, 1e-3);
      for (const path of besides('grad_')) {
        const { tensor, error } = gradientError(path, trained);
        const isHead = /^(final_layer|deconv_layers\.[67])\./.test(tensor);
        check(`gradient ${tensor}`, error, isHead ? near : flipped, path);
      }
      const norms = Object.entries(golden.gradients_step1).map(([name, expected]) => {
        const { data } = trained.outputs[0]![`gradient ${name}`]!;
        return relative(l2(data), expected.l2);
      });
      check(`norms of ${norms.length} gradients`, Math.max(...norms), flipped);

      const ofWeights = toleranceIn(
        tolerance,
        /Weights after step \d+: abs_mean ([\d.e-]+) relative/,
        1e-3,
      );
      const compared = Object.entries(golden.state_after_last_update).flatMap(
        ([name, expected]) => {
          // num_batches_tracked has no mean, and heatstream does not store it.
          if (expected.abs_mean === undefined) return [];
          const isBuffer = /\.running_(mean|var)$/.test(name);
          // Running statistics are no weights: for them the file's yardstick, ten times PyTorch's own float32 error.
          const allowed = isBuffer
            ? Math.max(ofWeights, 10 * expected.float32_abs_mean_rel_diff!)
            : ofWeights;
          const got = absMean(trained.state[`net.${name}`]!.data);
          return [{ name, measured: relative(got, expected.abs_mean), allowed }];
        },
      );
      const own = Object.keys(trained.state).filter((name) => name.startsWith('net.'));
      expect(compared.map(({ name }) => `net.${name}`).sort()).toEqual(own.sort());
      const worst = compared.reduce((a, b) =>
        b.measured / b.allowed > a.measured / a.allowed ? b : a,
      );
      check(`state (worst ${worst.name})`, worst.measured, worst.allowed);
      console.log(`${stem} on ${engine}: ${lines.join(', ')}`);
    });
  });
});
