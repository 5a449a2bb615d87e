// Steps that learn otherwise than the paper does, on every lowering: they agree, go on exactly, and average what they should.
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEngine, type EngineOptions } from '../../src/engine/choose.ts';
import type { Session, StateArrays } from '../../src/engine/types.ts';
import { AVERAGED, PLAIN, type Learning } from '../../src/methods/learning.ts';
import { labelledInputs } from '../../src/methods/method.ts';
import { trainStep } from '../../src/methods/step.ts';
import { supervised } from '../../src/methods/supervised.ts';
import { createOptimizer } from '../../src/models/optimizer.ts';
import { initialState } from '../../src/stages/trainer.ts';
import { maxDifference } from '../support/golden.ts';
import {
  batchSize,
  geometry,
  joints,
  labelledBatch,
  network,
  smallState,
} from '../support/small-training.ts';

/** What the blocked lowering asks for. */
const BATCH = 16;
const RATE = 1e-3;
const DECAY = 0.75;

const sgd: Learning = {
  optimizer: { name: 'sgd', weightDecay: 0.01, momentum: 0.9, nesterov: true },
  ...{ clipNorm: 0.2, hardestJoints: 2, averages: true },
};
const adamw: Learning = {
  ...{ ...PLAIN, clipNorm: 0.5, averages: true },
  optimizer: { ...PLAIN.optimizer, name: 'adamw', weightDecay: 0.1 },
};

const weights = Object.fromEntries(
  Object.entries(smallState(supervised)).flatMap(([name, array]) =>
    name.startsWith('net.') ? [[name.slice('net.'.length), array]] : [],
  ),
);
const fresh = (learning: Learning) =>
  initialState(network, weights, supervised, undefined, learning);

/** Several small batches in one. */
function batchOf(step: number) {
  const parts = Array.from({ length: BATCH / batchSize }, (_, i) => labelledBatch(10 * step + i));
  const join = (name: 'labelledViews' | 'targets' | 'targetWeights') =>
    Float32Array.from(parts.flatMap((part) => [...part[name]]));
  return {
    labelledCrops: Uint8Array.from(parts.flatMap(({ labelledCrops }) => [...labelledCrops])),
    labelledViews: join('labelledViews'),
    targets: join('targets'),
    targetWeights: join('targetWeights'),
  };
}

async function open(options: EngineOptions, learning: Learning) {
  const session: Session = await (
    await openEngine({ threads: 1, ...options })
  ).open(fresh(learning));
  onTestFinished(() => session.dispose());
  const runner = await session.compile(
    trainStep(supervised, network, geometry, undefined, learning),
    labelledInputs(BATCH, geometry, joints, learning),
  );
  return {
    session,
    run: async (from: number, to: number): Promise<StateArrays> => {
      const steps = Array.from({ length: to - from + 1 }, (_, i) => from + i);
      await runner.run(
        steps.map((step) => ({
          ...batchOf(step),
          rates: createOptimizer(learning.optimizer).rates(RATE, step),
          averageDecay: Float32Array.of(DECAY),
        })),
      );
      return session.read();
    },
  };
}

/** Distance of two states over the way from the start, of all weights together. */
function apart(a: StateArrays, b: StateArrays, start: StateArrays): number {
  const names = network.parameters.filter(({ trainable }) => trainable).map(({ name }) => name);
  const distance = (one: StateArrays, other: StateArrays) =>
    Math.hypot(
      ...names.flatMap((name) => {
        const [x, y] = [one, other].map((state) => state[`net.${name}`]!.data);
        return Math.sqrt(x!.reduce((sum, value, i) => sum + (value - y![i]!) ** 2, 0));
      }),
    );
  return distance(a, b) / distance(a, start);
}

describe.each([
  ['sgd, hardest joints', sgd],
  ['adamw', adamw],
] as const)('%s', (_, learning) => {
  it('moves the weights alike on all lowerings', async () => {
    const start = fresh(learning);
    const plain = await (
      await open({ name: 'onnxruntime', lowering: 'plain' }, learning)
    ).run(1, 2);
    const others = {
      blocked: await (await open({ name: 'onnxruntime', lowering: 'blocked' }, learning)).run(1, 2),
      wasm: await (await open({ name: 'wasm' }, learning)).run(1, 2),
    };
    for (const [name, other] of Object.entries(others)) {
      // Steps of Adam have full length also where a gradient is almost nothing, and its sign rounding.
      const allowed = learning === sgd ? 1e-3 : 5e-2;
      expect(apart(plain, other, start), name).toBeLessThan(allowed);
    }
  });

  it('goes on from a state exactly as if it had never stopped', async () => {
    const { session, run } = await open({ name: 'onnxruntime' }, learning);
    const half = await run(1, 1);
    const expected = await run(2, 3);
    await session.write(half);
    expect(await run(2, 3)).toEqual(expected);
  });

  it('averages weights and running statistics', async () => {
    const start = fresh(learning);
    const after = await (await open({ name: 'wasm' }, learning)).run(1, 1);
    for (const { name } of network.parameters) {
      const [old, now] = [start, after].map((state) => state[`net.${name}`]!.data);
      const mean = old!.map((value, i) => DECAY * value + (1 - DECAY) * now![i]!);
      expect(maxDifference(after[`${AVERAGED}net.${name}`]!.data, mean)).toBeLessThan(1e-6);
      expect(maxDifference(old!, now!)).toBeGreaterThan(0);
    }
  });
});
