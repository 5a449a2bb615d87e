import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tf } from '../../src/engine/tf.ts';
import { batchNormEval, batchNormTrain, updateRunning } from '../../src/models/batch-norm.ts';
import { maxDifference } from '../support/golden.ts';
import { computer, noise } from '../support/compute.ts';

const shape = [2, 3, 5, 4] as const;
const channels = shape[3];
const size = shape.reduce((product, length) => product * length, 1);
const count = size / channels;
const EPS = 1e-5;

/** Mean and biased variance a channel, in float64. */
function moments(x: ArrayLike<number>): { mean: number[]; variance: number[] } {
  const sums = (term: (value: number, channel: number) => number) => {
    const totals = new Array<number>(channels).fill(0);
    for (let i = 0; i < size; i++) totals[i % channels]! += term(x[i]!, i % channels);
    return totals.map((total) => total / count);
  };
  const mean = sums((value) => value);
  return { mean, variance: sums((value, channel) => (value - mean[channel]!) ** 2) };
}

/** The formula of batch normalisation in float64. */
function normalised(
  x: ArrayLike<number>,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
): Float64Array {
  const { mean, variance } = moments(x);
  return Float64Array.from({ length: size }, (_, i) => {
    const c = i % channels;
    return ((x[i]! - mean[c]!) / Math.sqrt(variance[c]! + EPS)) * gamma[c]! + beta[c]!;
  });
}

const shapes = { x: shape, gamma: [channels], beta: [channels], dy: shape } as const;

const trained = (engine: 'onnxruntime' | 'wasm') =>
  computer(engine, shapes, ({ x, gamma, beta, dy }) => {
    const kept: { mean?: Tensor1D; variance?: Tensor1D } = {};
    const scored = (...args: unknown[]) => {
      const [a, g, b] = args as [Tensor4D, Tensor1D, Tensor1D];
      const { y, stats } = batchNormTrain(a, g, b);
      kept.mean = stats.mean;
      kept.variance = stats.variance;
      return tf.sum(tf.mul(y, dy));
    };
    const { y, stats } = batchNormTrain(x as Tensor4D, gamma as Tensor1D, beta as Tensor1D);
    const { grads } = tf.valueAndGrads(scored)([x, gamma, beta]);
    return {
      ...{ y, mean: stats.mean, variance: stats.variance },
      ...{ dx: grads[0]!, dGamma: grads[1]!, dBeta: grads[2]! },
    };
  });

describe.each(['onnxruntime', 'wasm'] as const)('train-mode batch norm on %s', (engine) => {
  it('normalises by the moments of the batch', async () => {
    const run = await trained(engine);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1e6),
        fc.double({ min: -3, max: 3, noNaN: true }),
        async (seed, shift) => {
          const x = noise(size, seed).map((value, i) => value * (1 + (i % channels)) + shift);
          const [gamma, beta] = [noise(channels, seed + 1, 0.5, 1.5), noise(channels, seed + 2)];
          const out = await run({ x, gamma, beta, dy: new Float32Array(size) });
          const { mean, variance } = moments(x);
          expect(maxDifference(out.mean.data, mean)).toBeLessThan(1e-5);
          expect(maxDifference(out.variance.data, variance)).toBeLessThan(1e-4);
          expect(maxDifference(out.y.data, normalised(x, gamma, beta))).toBeLessThan(1e-4);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('has the gradient that finite differences of the formula have', async () => {
    const x = noise(size, 11, -2, 2);
    const [gamma, beta] = [noise(channels, 12, 0.5, 1.5), noise(channels, 13)];
    const dy = noise(size, 14);
    const out = await (await trained(engine))({ x, gamma, beta, dy });
    const inputs = { x: [...x], gamma: [...gamma], beta: [...beta] };
    const score = ({ x: a, gamma: g, beta: b }: typeof inputs) =>
      normalised(a, g, b).reduce((sum, y, i) => sum + y * dy[i]!, 0);
    const slope = (name: keyof typeof inputs) =>
      inputs[name].map((_, i) => {
        const moved = (by: number) => ({
          ...inputs,
          [name]: inputs[name].with(i, inputs[name][i]! + by),
        });
        return (score(moved(1e-4)) - score(moved(-1e-4))) / 2e-4;
      });
    expect(maxDifference(out.dx.data, slope('x'))).toBeLessThan(2e-5);
    expect(maxDifference(out.dGamma.data, slope('gamma'))).toBeLessThan(2e-5);
    expect(maxDifference(out.dBeta.data, slope('beta'))).toBeLessThan(2e-5);
  });
});

describe('batch norm', () => {
  it('in eval mode uses the running statistics alone', async () => {
    const vectors = { gamma: [4], beta: [4], mean: [4], variance: [4] } as const;
    const run = await computer('onnxruntime', { x: shape, ...vectors }, (t) => ({
      y: batchNormEval(
        t.x as Tensor4D,
        ...([t.gamma, t.beta, t.mean, t.variance] as [Tensor1D, Tensor1D, Tensor1D, Tensor1D]),
      ),
    }));
    const [x, gamma, beta] = [noise(size, 1), noise(4, 2), noise(4, 3)];
    const [mean, variance] = [noise(4, 4), noise(4, 5, 0.1, 2)];
    const out = await run({ x, gamma, beta, mean, variance });
    const expected = x.map((value, i) => {
      const c = i % 4;
      return ((value - mean[c]!) / Math.sqrt(variance[c]! + EPS)) * gamma[c]! + beta[c]!;
    });
    expect(maxDifference(out.y.data, expected)).toBeLessThan(1e-5);
  });

  it('blends a tenth of the batch into the running statistics, the variance unbiased', async () => {
    const vectors = { mean: [4], variance: [4], batchMean: [4], batchVariance: [4] } as const;
    const run = await computer('onnxruntime', vectors, (t) =>
      updateRunning(t, {
        mean: t.batchMean as Tensor1D,
        variance: t.batchVariance as Tensor1D,
        count: 6,
      }),
    );
    const [mean, batchMean] = [noise(4, 1), noise(4, 2)];
    const [variance, batchVariance] = [noise(4, 3, 0.5, 1.5), noise(4, 4, 0.5, 1.5)];
    const out = await run({ mean, variance, batchMean, batchVariance });
    const blend = (old: Float32Array, now: Float32Array, factor: number) =>
      old.map((value, i) => 0.9 * value + 0.1 * factor * now[i]!);
    expect(maxDifference(out.mean.data, blend(mean, batchMean, 1))).toBeLessThan(1e-6);
    expect(maxDifference(out.variance.data, blend(variance, batchVariance, 6 / 5))).toBeLessThan(
      1e-6,
    );
  });
});
