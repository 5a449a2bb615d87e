import type { Tensor1D } from '@tensorflow/tfjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import type { Step } from '../../src/engine/types.ts';
import { adamRates, adamUpdate } from '../../src/models/adam.ts';
import { maxDifference } from '../support/golden.ts';
import { noise } from '../support/compute.ts';

const shape = [3, 4];
const LENGTH = 12;

/** Kingma & Ba, algorithm 1, in float64. */
function textbook(
  start: ArrayLike<number>,
  gradients: readonly Float32Array[],
  rate: (step: number) => number,
) {
  const weight = Array.from(start);
  const m = new Array<number>(LENGTH).fill(0);
  const v = new Array<number>(LENGTH).fill(0);
  gradients.forEach((gradient, k) => {
    const t = k + 1;
    gradient.forEach((g, i) => {
      m[i] = 0.9 * m[i]! + 0.1 * g;
      v[i] = 0.999 * v[i]! + 0.001 * g * g;
      const mean = m[i] / (1 - 0.9 ** t);
      const spread = v[i] / (1 - 0.999 ** t);
      weight[i]! -= (rate(t) * mean) / (Math.sqrt(spread) + 1e-8);
    });
  });
  return { weight, m, v };
}

const update: Step<'gradient' | 'rates', never> = {
  name: 'adam',
  run(state, { gradient, rates }) {
    const slot = { weight: state['weight']!, m: state['m']!, v: state['v']! };
    return { state: { ...adamUpdate(slot, gradient, rates as Tensor1D) }, outputs: {} };
  },
};

describe('Adam', () => {
  it.each(['onnxruntime', 'wasm'] as const)(
    'makes the updates of the textbook over 20 steps on %s, the learning rate falling at step 11',
    async (name) => {
      const rate = (step: number) => (step > 10 ? 1e-4 : 1e-3);
      // Gradients of very different sizes, and one weight without any.
      const gradients = Array.from({ length: 20 }, (_, k) =>
        noise(LENGTH, k).map((value, i) => (i === 5 ? 0 : value * 10 ** ((i % 5) - 3))),
      );
      const weight = noise(LENGTH, 99);
      const zeros = () => ({ shape, data: new Float32Array(LENGTH) });
      const session = await (
        await openEngine({ name, threads: 1 })
      ).open({ weight: { shape, data: weight }, m: zeros(), v: zeros() });
      onTestFinished(() => session.dispose());
      const runner = await session.compile(update, {
        gradient: { shape, dtype: 'float32' },
        rates: { shape: [2], dtype: 'float32' },
      });
      await runner.run(
        gradients.map((gradient, k) => ({ gradient, rates: adamRates(rate(k + 1), k + 1) })),
      );
      const got = await session.read();
      const expected = textbook(weight, gradients, rate);
      const moved = maxDifference(expected.weight, weight);
      expect(moved).toBeGreaterThan(5e-3);
      expect(maxDifference(got['weight']!.data, expected.weight)).toBeLessThan(1e-6);
      expect(got['weight']!.data[5]).toBe(weight[5]);
      // The slots are kept scaled: m / (1 - beta1), v / (1 - beta2).
      expect(
        maxDifference(
          got['m']!.data.map((value) => 0.1 * value),
          expected.m,
        ),
      ).toBeLessThan(1e-5);
      expect(
        maxDifference(
          got['v']!.data.map((value) => 0.001 * value),
          expected.v,
        ),
      ).toBeLessThan(1e-5);
    },
  );

  it.each([0, -1, NaN])('refuses a learning rate of %s', (learningRate) => {
    expect(() => adamRates(learningRate, 1)).toThrow(/`learningRate` to be above 0, got/);
  });
});
