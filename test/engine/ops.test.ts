import { afterAll, describe, expect, it } from 'vitest';
import { openTested } from '../support/open-tested.ts';
import { tf } from '../../src/engine/tf.ts';
import type { ArraySpec, Session, Step, TypedArray } from '../../src/engine/types.ts';
import { availableEngines } from './available.ts';
import { cases } from './cases.ts';
import type { Case } from './cases/case.ts';
import { formula } from './formula.ts';
import type { Array64 } from './reference.ts';
import { gradients, sizeOf } from './reference.ts';

const tolerance = 2e-5;

describe.each(availableEngines)('operators on %s', (name) => {
  const session = openTested({ name }).then((engine) => engine.open({}));
  afterAll(async () => (await session).dispose());

  it.for(cases.filter((c) => !c.skip?.[name]))('$name', async (testCase) => {
    const inputs = testCase.shapes.map((shape, k) =>
      drawn(shape, `${testCase.name} ${k}`, testCase.range ?? [-1, 1]),
    );
    const expected = testCase.reference(...inputs);
    const weights = Float64Array.from(formula('weights', expected.data.length, -1, 1));
    const got = await run(await session, testCase, inputs, expected, weights);
    expect(got['y']!.shape).toEqual(expected.shape);
    expect(relativeError(got['y']!.data, expected.data)).toBeLessThan(tolerance);
    if (testCase.isDifferentiable === false) return;
    const partials = gradients(testCase.reference, inputs, weights);
    for (const [k, shape] of testCase.shapes.entries()) {
      expect(got[`d${k}`]!.shape).toEqual(shape);
      const some = partials.filter(({ input }) => input === k);
      const values = Float32Array.from(some, ({ place }) => got[`d${k}`]!.data[place]!);
      expect(
        relativeError(
          values,
          Float64Array.from(some, ({ value }) => value),
        ),
      ).toBeLessThan(tolerance);
    }
  });
});

/** float32 numbers, so that engines and the reference see the same. */
const drawn = (
  shape: readonly number[],
  seed: string,
  [low, high]: readonly [number, number],
): Array64 => ({
  shape,
  data: Float64Array.from(formula(seed, sizeOf(shape), low, high)),
});

async function run(
  session: Session,
  { name, op, isDifferentiable = true }: Case,
  inputs: readonly Array64[],
  { shape, data }: Array64,
  weights: Float64Array,
) {
  const step: Step = {
    name,
    run: (_, tensors) => {
      const xs = inputs.map((_unused, k) => tensors[`x${k}`]!);
      const y = op(...xs);
      if (!isDifferentiable) return { state: {}, outputs: { y } };
      const r = tf.tensor(Float32Array.from(weights), [...shape]);
      const grads = tf.grads((...args) => tf.sum(tf.mul(op(...args), r)))(xs);
      return {
        state: {},
        outputs: { y, ...Object.fromEntries(grads.map((g, k) => [`d${k}`, g])) },
      };
    },
  };
  const specs = inputs.map((x, k): [string, ArraySpec] => [
    `x${k}`,
    { shape: x.shape, dtype: 'float32' },
  ]);
  const runner = await session.compile(step, Object.fromEntries(specs));
  const arrays = inputs.map((x, k): [string, TypedArray] => [`x${k}`, Float32Array.from(x.data)]);
  const [outputs] = await runner.run([Object.fromEntries(arrays)]);
  expect(data.length).toBe(sizeOf(shape));
  return outputs!;
}

function relativeError(got: Float32Array, expected: Float64Array): number {
  const scale = expected.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  let worst = got.length === expected.length ? 0 : Infinity;
  for (const [i, value] of expected.entries()) {
    const error = Math.abs(got[i]! - value);
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  return worst / (scale || 1);
}
