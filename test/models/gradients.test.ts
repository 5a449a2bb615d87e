// Gradients of every family on the blocked operators against PyTorch's in float64 (scripts/record-gradients.py records them).
import { readFileSync } from 'node:fs';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { expect, it, onTestFinished } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import { tf } from '../../src/engine/tf.ts';
import type { Outputs, Step } from '../../src/engine/types.ts';
import { createNetwork, under, type ModelName, type Network } from '../../src/models/network.ts';
import { toTorch } from '../../src/models/torch-layout.ts';
import { formulaPictures, formulaWeights } from '../support/formula-network.ts';
import { channelsLast } from '../support/golden.ts';
import { formulaNumbers } from '../support/golden-formula.ts';

interface Recorded {
  readonly seed: number;
  readonly input_shape: readonly [number, number, number, number];
  readonly models: Readonly<
    Record<
      string,
      {
        readonly gain: number;
        readonly loss: number;
        /** Length of the gradient, and its product with a formula direction. */
        readonly filters: Readonly<Record<string, readonly [number, number]>>;
      }
    >
  >;
}

const { seed, input_shape, models } = JSON.parse(
  readFileSync(new URL('../fixtures/gradients.json', import.meta.url), 'utf8'),
) as Recorded;
/** Blocks are 8 or 16 pictures wide: the batch is repeated, which changes neither loss nor gradients. */
const BATCH = 16;

const repeated = (data: Float32Array): Float32Array => {
  const times = BATCH / input_shape[0];
  return Float32Array.from({ length: times * data.length }, (_, i) => data[i % data.length]!);
};

function step(network: Network, filters: readonly string[]): Step<'pictures' | 'targets'> {
  return {
    name: 'gradients',
    run(state, { pictures, targets }) {
      const current = under(state, '');
      const loss = (...weights: Tensor[]) => {
        const byName = new Map(filters.map((name, i) => [name, weights[i]!]));
        const parameter = (name: string) => byName.get(name) ?? current(name);
        const errors = network
          .outputs(pictures as Tensor4D, 'eval', parameter)
          .map((map) => tf.mul(tf.mean(tf.square(tf.sub(map, targets))), 0.5));
        return tf.addN(errors);
      };
      const { value, grads } = tf.valueAndGrads(loss)(filters.map(current));
      const named = filters.map((name, i): [string, Tensor] => [name, grads[i]!]);
      return { state: {}, outputs: { loss: value, ...Object.fromEntries(named) } };
    },
  };
}

async function run(model: string): Promise<Outputs> {
  const { gain, filters } = models[model]!;
  const network = createNetwork(model as ModelName, 17);
  const engine = await openEngine({ name: 'onnxruntime', threads: 2, lowering: 'blocked' });
  const session = await engine.open(formulaWeights(network, { seed, gain }));
  onTestFinished(() => session.dispose());
  const [n, , height, width] = input_shape;
  const heatmap = [n, 17, height / 4, width / 4];
  const size = heatmap.reduce((product, length) => product * length, 1);
  const targets = formulaNumbers('target', seed, size);
  const runner = await session.compile(step(network, Object.keys(filters)), {
    pictures: { shape: [BATCH, height, width, 3], dtype: 'float32' },
    targets: { shape: [BATCH, height / 4, width / 4, 17], dtype: 'float32' },
  });
  const [outputs] = await runner.run([
    {
      pictures: repeated(formulaPictures(seed, input_shape).data),
      targets: repeated(channelsLast(targets, heatmap)),
    },
  ]);
  return outputs!;
}

it.each(Object.keys(models))(
  'PyTorch and the blocked operators agree on the gradients of %s',
  { timeout: 180_000 },
  async (model) => {
    const { loss, filters } = models[model]!;
    const outputs = await run(model);
    expect(outputs['loss']!.data[0]! / loss).toBeCloseTo(1, 5);
    for (const [name, [length, product]] of Object.entries(filters)) {
      const { data } = toTorch(outputs[name]!);
      const direction = formulaNumbers(`direction ${name}`, seed, data.length);
      const got = {
        length: Math.sqrt(data.reduce((sum, g) => sum + g * g, 0)),
        product: data.reduce((sum, g, i) => sum + g * direction[i]!, 0),
      };
      expect(Math.abs(got.length / length - 1), `length, ${name}`).toBeLessThan(3e-4);
      expect(Math.abs(got.product - product) / length, `product, ${name}`).toBeLessThan(3e-4);
    }
  },
);

it('an MSPN that is trained on its prediction alone leaves the other heads as they are', () => {
  const network = createNetwork('mspn-1stg', 3);
  const names = ['up3', 'up4'].map((up) => `stage0.upsample.${up}.res_conv2.conv.weight`);
  const gradients = tf.tidy(() => {
    const filled = new Map(
      network.parameters.map(({ name, shape }) => [name, tf.fill([...shape], 0.01)]),
    );
    const loss = (...weights: Tensor[]) => {
      const parameter = (name: string) => weights[names.indexOf(name)] ?? filled.get(name)!;
      const maps = network.forward(tf.ones([1, 32, 64, 3]), 'eval', parameter);
      return tf.sum(tf.mul(maps, tf.range(0, maps.size).reshape(maps.shape)));
    };
    return tf
      .grads(loss)(names.map((name) => filled.get(name)!))
      .map((g) => g.abs().max().arraySync());
  });
  expect(gradients[0]).toBe(0);
  expect(gradients[1]).toBeGreaterThan(0);
});
