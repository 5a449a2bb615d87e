import type { Rank } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { tf } from '../../src/engine/tf.ts';
import { createNetwork, initialWeights, MODEL_NAMES, under } from '../../src/models/network.ts';

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

describe('tiny', () => {
  it('has 558,486 parameters with 14 joints', () => {
    const trainable = createNetwork('tiny', 14).parameters.filter((spec) => spec.trainable);
    expect(trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(558_486);
  });
});

describe.each(MODEL_NAMES)('%s', (name) => {
  const stride = name === 'tiny' ? 16 : 32;
  const network = createNetwork(name, 3);

  it('says which sizes it takes', () => {
    const pictures = tf.zeros<Rank.R4>([1, stride, stride + 4, 3]);
    expect(network.stride).toBe(stride);
    expect(() => network.forward(pictures, 'eval', under({}, ''))).toThrow(
      `Expected the input of ${name} to be a multiple of ${stride} pixels, got ${stride + 4}x${stride}`,
    );
  });

  it('names every parameter once', () => {
    const names = network.parameters.map((spec) => spec.name);
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
    const even = { name: 'even', shape: [5000], trainable: true, init: { bound: 0.3 } };
    const parameters = [...network.parameters, even];
    const weights = initialWeights({ ...network, parameters }, 3);
    for (const { name, init } of parameters) {
      const { data } = weights[name]!;
      if ('constant' in init) {
        expect(data.every((value) => value === init.constant)).toBe(true);
        continue;
      }
      const std = 'std' in init ? init.std : init.bound / Math.sqrt(3);
      const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
      const spread = Math.sqrt(
        data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length,
      );
      // Five standard errors of an estimate from this many numbers.
      expect(Math.abs(mean / std)).toBeLessThan(5 / Math.sqrt(data.length));
      expect(Math.abs(spread / std - 1)).toBeLessThan(5 / Math.sqrt(2 * data.length));
      if ('bound' in init) expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(init.bound);
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
