import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import type { Step } from '../../src/engine/types.ts';
import { ADAM, createOptimizer, OPTIMIZER_NAMES } from '../../src/models/optimizer.ts';
import { updateAll } from '../../src/models/update-all.ts';
import { noise } from '../support/compute.ts';

/** Two filters, vectors, and one parameter too large to be joined. */
const shapes = [[3, 2, 4, 5], [7], [1, 1, 2, 3], [130, 130], [1]];

describe('updateAll', () => {
  it.each(OPTIMIZER_NAMES)('gives the same bits joined as one by one: %s', async (name) => {
    const optimizer = createOptimizer({ ...ADAM, name, weightDecay: 0.01 });
    const step: Step = {
      name: `update with ${name}`,
      run: (state, inputs) => {
        const parameters = shapes.map((_, i) => ({
          weight: state[`w${i}`]!,
          slots: optimizer.slots.map((slot) => state[`${slot}w${i}`]!),
          gradient: state[`g${i}`]!,
        }));
        const outputs: Record<string, Tensor> = {};
        for (const isJoined of [false, true]) {
          const moved = updateAll(optimizer, parameters, inputs['rates'] as Tensor1D, isJoined);
          moved.forEach(({ weight, slots }, i) => {
            [weight, ...slots].forEach((tensor, k) => {
              outputs[`${isJoined ? 'joined' : 'alone'} ${i} ${k}`] = tensor;
            });
          });
        }
        return { state: {}, outputs };
      },
    };
    const entries = shapes.flatMap((shape, i) => {
      const size = shape.reduce((n, d) => n * d, 1);
      const slots = optimizer.slots.map((slot) => `${slot}w${i}`);
      return [`w${i}`, `g${i}`, ...slots].map((entry) => [
        entry,
        { shape, data: noise(size, i + entry.length, 0, 1) },
      ]);
    });
    const session = await (
      await openEngine({ name: 'cpu' })
    ).open(Object.fromEntries(entries) as never);
    const spec = { rates: { shape: [optimizer.rateCount], dtype: 'float32' } } as const;
    const runner = await session.compile(step, spec);
    const [outputs] = await runner.run([{ rates: optimizer.rates(1e-3, 3) }]);
    await session.dispose();
    const names = Object.keys(outputs!).filter((key) => key.startsWith('joined'));
    expect(names).toHaveLength(shapes.length * (1 + optimizer.slots.length));
    for (const key of names)
      expect(outputs![key]).toEqual(outputs![key.replace('joined', 'alone')]);
  });
});
