// The blocked lowering against the recorded losses of the reference. The golden batch is repeated until it fills whole blocks:
// batch statistics, loss and gradients of a batch and of its copies are the same.
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { it, onTestFinished } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import { tf } from '../../src/engine/tf.ts';
import type { Step } from '../../src/engine/types.ts';
import { supervised } from '../../src/methods/supervised.ts';
import { adamRates, adamUpdate } from '../../src/models/adam.ts';
import { jointsMse } from '../../src/models/loss.ts';
import {
  createNetwork,
  MODEL_NAMES,
  under,
  type ModelName,
  type Network,
} from '../../src/models/network.ts';
import { initialState } from '../../src/stages/trainer.ts';
import { expectWithin } from '../support/deviations.ts';
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
  goldenJson,
} from '../support/golden.ts';

interface Trajectory extends Formula {
  readonly model: ModelName;
  readonly joints: number;
  readonly input_shape: readonly [number, number, number, number];
  readonly optimizer: { readonly lr: number };
  readonly visibility: readonly (readonly number[])[];
  readonly loss: readonly number[];
  readonly tolerance: string;
}

type Input = 'pictures' | 'targets' | 'weights' | 'rates';

/** Blocks are 8 or 16 pictures wide. */
const block = 16;

function step(network: Network): Step<Input, 'loss'> {
  const names = network.parameters.filter((spec) => spec.trainable).map((spec) => spec.name);
  return {
    name: 'golden blocked train',
    run(state, { pictures, targets, weights, rates }) {
      const current = under(state, 'net.');
      const loss = (...trained: Tensor[]): Scalar => {
        const byName = new Map(names.map((name, i) => [name, trained[i]!]));
        const heatmaps = network.forward(
          pictures as Tensor4D,
          'train',
          (n) => byName.get(n)!,
          (_, stats) => {
            tf.dispose([stats.mean, stats.variance]);
          },
        );
        return jointsMse(heatmaps, targets as Tensor4D, weights as Tensor2D);
      };
      const { value, grads } = tf.valueAndGrads(loss)(names.map(current));
      const next = names.flatMap((name, i): [string, Tensor][] => {
        const slot = {
          weight: current(name),
          m: state[`adam.m.${name}`]!,
          v: state[`adam.v.${name}`]!,
        };
        const updated = adamUpdate(slot, grads[i]!, rates as Tensor1D);
        return [
          [`net.${name}`, updated.weight],
          [`adam.m.${name}`, updated.m],
          [`adam.v.${name}`, updated.v],
        ];
      });
      return { state: Object.fromEntries(next), outputs: { loss: value } };
    },
  };
}

const repeated = (data: Float32Array, times: number): Float32Array =>
  Float32Array.from({ length: data.length * times }, (_, i) => data[i % data.length]!);

expectGoldenFiles();

describeGolden('train', new RegExp(`^(${MODEL_NAMES.join('|')})_.*_adam\\d+\\.json$`), (file) => {
  const golden = goldenJson<Trajectory>(file);
  const { model, joints, seed, input_shape: shape, optimizer, tolerance } = golden;
  const times = block / shape[0];
  const follows = Number.isInteger(times)
    ? 'follows the losses of the reference in blocks'
    : `skipped: ${shape[0]} pictures do not divide a block of ${block}`;

  it.skipIf(!Number.isInteger(times))(follows, { timeout: 120_000 }, async () => {
    const network = createNetwork(model, joints);
    const engine = await openEngine({ name: 'onnxruntime', threads: 2, lowering: 'blocked' });
    const session = await engine.open(
      initialState(network, formulaWeights(network, golden), supervised),
    );
    onTestFinished(() => session.dispose());
    const pictures = formulaPictures(seed, shape);
    const targets = goldenArray(file.replace(/\.json$/, '_targets.f32'));
    const [, , height, width] = targets.shape as [number, number, number, number];
    const runner = await session.compile(step(network), {
      pictures: { shape: [block, ...pictures.shape.slice(1)], dtype: 'float32' },
      targets: { shape: [block, height, width, joints], dtype: 'float32' },
      weights: { shape: [block, joints], dtype: 'float32' },
      rates: { shape: [2], dtype: 'float32' },
    });
    const outputs = await runner.run(
      golden.loss.map((_, i) => ({
        pictures: repeated(pictures.data, times),
        targets: repeated(channelsLast(targets.data, targets.shape), times),
        weights: repeated(Float32Array.from(golden.visibility.flat()), times),
        rates: adamRates(optimizer.lr, i + 1),
      })),
    );
    const allowed = [
      toleranceIn(tolerance, /loss: ([\d.e-]+) relative at step 1 and 2/),
      toleranceIn(tolerance, /loss: ([\d.e-]+) relative at step 1 and 2/),
      toleranceIn(tolerance, /([\d.e-]+) at step 3/),
    ];
    const late = toleranceIn(tolerance, /([\d.e-]+) at steps 4, 5 and after the last update/);
    for (const [i, loss] of golden.loss.entries()) {
      const error = Math.abs(outputs[i]!.loss.data[0]! / loss - 1);
      expectWithin(file, error, allowed[i] ?? late, `blocked, loss ${i + 1}`);
    }
  });
});
