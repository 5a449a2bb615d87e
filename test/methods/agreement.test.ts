import type { Tensor4D } from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { tf } from '../../src/engine/tf.ts';
import { agreement } from '../../src/methods/agreement.ts';
import { jointsMse } from '../../src/models/loss.ts';
import { computer, noise } from '../support/compute.ts';
import { maxDifference } from '../support/golden.ts';

const shape = [2, 3, 5, 2] as const;
const size = 60;
const student = noise(size, 1, 0, 1);
/** Joint 0 peaks at 0.9, joint 1 at 0.2. */
const target = noise(size, 2, 0, 0.1).map((v, i) =>
  i === 30 || i === 2 ? 0.9 : i === 33 || i === 5 ? 0.2 : v,
);

const settings = {
  plain: [0, 'none'],
  threshold: [0.5, 'none'],
  confidence: [0, 'confidence'],
  foreground: [0, 'foreground'],
} as const;

it.each(['onnxruntime', 'wasm'] as const)(
  'distances weigh joints and pixels as asked, without a gradient through the weights, on %s',
  async (engine) => {
    const run = await computer(engine, { student: shape, target: shape }, (inputs) => {
      const [s, t] = [inputs.student as Tensor4D, inputs.target as Tensor4D];
      const of = (name: keyof typeof settings) => {
        const [threshold, reweight] = settings[name];
        return (x: unknown, y: unknown = t) =>
          agreement(x as Tensor4D, y as Tensor4D, { threshold, reweight });
      };
      return {
        plain: of('plain')(s),
        mse: jointsMse(s, t),
        threshold: of('threshold')(s),
        confidence: of('confidence')(s),
        foreground: of('foreground')(s),
        studentGradient: tf.grad((x) => of('confidence')(x))(s),
        targetGradient: tf.grad((y) => of('confidence')(s, y))(t),
      };
    });
    const out = await run({ student, target });
    const value = (name: 'plain' | 'mse' | 'threshold' | 'confidence' | 'foreground') =>
      out[name].data[0]!;
    const mean = (weight: (i: number) => number) =>
      (0.5 * student.reduce((sum, v, i) => sum + weight(i) * (v - target[i]!) ** 2, 0)) / size;
    expect(value('plain')).toBeCloseTo(value('mse'), 7);
    expect(value('threshold')).toBeCloseTo(
      mean((i) => (i % 2 === 0 ? 1 : 0)),
      6,
    );
    expect(value('confidence')).toBeCloseTo(
      mean((i) => (i % 2 === 0 ? 0.9 : 0.2)),
      6,
    );
    expect(value('foreground')).toBeCloseTo(
      mean((i) => 1 + 9 * target[i]!),
      6,
    );
    // Both sides of a squared distance with fixed weights have opposite gradients.
    expect(
      maxDifference(
        out.studentGradient.data,
        out.targetGradient.data.map((v) => -v),
      ),
    ).toBeLessThan(1e-7);
  },
);
