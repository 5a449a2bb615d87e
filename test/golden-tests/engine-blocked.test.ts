// The blocked lowering against the recorded losses of the reference. The golden batch is repeated until it fills whole blocks:
// batch statistics, loss and gradients of a batch and of its copies are the same.
import { basename } from 'node:path';
import { it, onTestFinished } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import { createNetwork } from '../../src/models/network.ts';
import { createOptimizer } from '../../src/models/optimizer.ts';
import { expectWithin } from '../support/deviations.ts';
import { formulaPictures } from '../support/formula-network.ts';
import {
  channelsLast,
  describeGolden,
  expectGoldenFiles,
  goldenArray,
  goldenJson,
} from '../support/golden.ts';
import {
  goldenStep,
  lossTolerance,
  modelOf,
  settingsOf,
  startOf,
  whyNot,
  type Trajectory,
} from '../support/golden-train.ts';

/** Blocks are 8 or 16 pictures wide. */
const block = 16;

const repeated = (data: Float32Array, times: number): Float32Array =>
  Float32Array.from({ length: data.length * times }, (_, i) => data[i % data.length]!);

expectGoldenFiles();

describeGolden('train', 'trajectory', (file) => {
  const golden = goldenJson<Trajectory>(file);
  // test/golden-tests/train.test.ts names those that cannot be followed.
  if (whyNot(golden) !== undefined) {
    it.skip(`${basename(file)}: see the plain engines`, () => undefined);
    return;
  }
  const { joints, seed, input_shape: shape } = golden;
  const times = block / shape[0];
  const follows = Number.isInteger(times)
    ? 'follows the losses of the reference in blocks'
    : `skipped: ${shape[0]} pictures do not divide a block of ${block}`;

  it.skipIf(!Number.isInteger(times))(follows, { timeout: 900_000 }, async () => {
    const network = createNetwork(modelOf(golden), joints);
    const optimizer = createOptimizer(settingsOf(golden));
    const engine = await openEngine({ name: 'onnxruntime', threads: 2, lowering: 'blocked' });
    const session = await engine.open(startOf(network, golden, optimizer));
    onTestFinished(() => session.dispose());
    const pictures = formulaPictures(seed, shape);
    const targets = goldenArray(file.replace(/\.json$/, '_targets.f32'));
    const [, , height, width] = targets.shape as [number, number, number, number];
    const runner = await session.compile(goldenStep(network, settingsOf(golden)), {
      pictures: { shape: [block, ...pictures.shape.slice(1)], dtype: 'float32' },
      targets: { shape: [block, height, width, joints], dtype: 'float32' },
      weights: { shape: [block, joints], dtype: 'float32' },
      rates: { shape: [optimizer.rateCount], dtype: 'float32' },
    });
    const outputs = await runner.run(
      golden.loss.map((_, i) => ({
        pictures: repeated(pictures.data, times),
        targets: repeated(channelsLast(targets.data, targets.shape), times),
        weights: repeated(Float32Array.from(golden.visibility.flat()), times),
        rates: optimizer.rates(golden.optimizer.lr, i + 1),
      })),
    );
    for (const [i, loss] of golden.loss.entries()) {
      const error = Math.abs(outputs[i]!['loss']!.data[0]! / loss - 1);
      expectWithin(file, error, lossTolerance(golden, i), `blocked, loss ${i + 1}`);
    }
  });
});
