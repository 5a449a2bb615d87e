import type { Tensor4D } from '@tensorflow/tfjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import type { Network } from '../../src/models/network.ts';
import { createNetwork, initialWeights, MODEL_NAMES, under } from '../../src/models/network.ts';

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

async function heatmapShape(
  network: Network,
  shape: readonly number[],
): Promise<readonly number[]> {
  const session = await (
    await openEngine({ name: 'onnxruntime', threads: 1 })
  ).open(initialWeights(network, 1));
  onTestFinished(() => session.dispose());
  const runner = await session.compile<'x', 'y'>(
    {
      name: 'forward',
      run: (state, { x }) => ({
        state: {},
        outputs: { y: network.forward(x as Tensor4D, 'eval', under(state, '')) },
      }),
    },
    { x: { shape, dtype: 'uint8' } },
  );
  const [outputs] = await runner.run([{ x: new Uint8Array(sizeOf(shape)).fill(120) }]);
  return outputs!.y.shape;
}

describe('tiny', () => {
  it('has 558,486 parameters with 14 joints', () => {
    const trainable = createNetwork('tiny', 14).parameters.filter((spec) => spec.trainable);
    expect(trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(558_486);
  });
});

describe.each(MODEL_NAMES)('%s', (name) => {
  const stride = name === 'tiny' ? 16 : 32;

  it('gives heatmaps at a quarter of its input, of any aspect', async () => {
    const network = createNetwork(name, 3);
    expect(await heatmapShape(network, [2, 3 * stride, 2 * stride, 3])).toEqual([
      2,
      (3 * stride) / 4,
      (2 * stride) / 4,
      3,
    ]);
  });

  it('says which sizes it takes', async () => {
    await expect(heatmapShape(createNetwork(name, 3), [1, stride, stride + 4, 3])).rejects.toThrow(
      `Expected the input of ${name} to be a multiple of ${stride} pixels, got ${stride + 4}x${stride}`,
    );
  });

  it('names every parameter once', () => {
    const names = createNetwork(name, 5).parameters.map((spec) => spec.name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('fresh weights', () => {
  it('depend on the seed and the name alone: another number of joints changes the head only', () => {
    const [few, many] = [3, 7].map((joints) => initialWeights(createNetwork('tiny', joints), 5));
    const differing = Object.keys(few!).filter((name) => {
      return few![name]!.shape.join() !== many![name]!.shape.join();
    });
    expect(differing).toEqual(['head.weight', 'head.bias']);
    for (const [name, array] of Object.entries(few!)) {
      if (!differing.includes(name)) expect(many![name]).toEqual(array);
    }
  });

  it('are the same for the same seed and others for another', () => {
    const network = createNetwork('tiny', 3);
    const [a, again, b] = [1, 1, 2].map((seed) => initialWeights(network, seed));
    expect(again).toEqual(a);
    expect(b!['stem.0.weight']!.data).not.toEqual(a!['stem.0.weight']!.data);
    expect(a!['body.0.b.weight']!.data).not.toEqual(a!['body.1.b.weight']!.data);
  });

  it('have the spread that each parameter asks for', () => {
    const network = createNetwork('tiny', 14);
    const weights = initialWeights(network, 3);
    for (const { name, init } of network.parameters) {
      const { data } = weights[name]!;
      if ('constant' in init) {
        expect(data.every((value) => value === init.constant)).toBe(true);
        continue;
      }
      const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
      const spread = Math.sqrt(
        data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length,
      );
      // Five standard errors of an estimate from this many numbers.
      expect(Math.abs(mean / init.std)).toBeLessThan(5 / Math.sqrt(data.length));
      expect(Math.abs(spread / init.std - 1)).toBeLessThan(5 / Math.sqrt(2 * data.length));
    }
  });
});

describe('a look-up in the state', () => {
  it('says which entry is missing', () => {
    expect(() => under({}, 'teacher.')('stem.0.weight')).toThrow(
      'Expected the state to hold teacher.stem.0.weight, it does not',
    );
  });
});
