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

async function open(options: EngineOptions, learning: Learning) {
  const session: Session = await (
    await openEngine({ threads: 1, ...options })
  ).open(fresh(learning));
  onTestFinished(() => session.dispose());
  const runner = await session.compile(
    trainStep(supervised, network, geometry, undefined, learning),
    labelledInputs(batchSize, geometry, joints, learning),
  );
  return {
    session,
    async run(from: number, to: number): Promise<StateArrays> {
      const steps = Array.from({ length: to - from + 1 }, (_, i) => from + i);
      await runner.run(
        steps.map((step) => ({
          ...labelledBatch(step, step),
          rates: createOptimizer(learning.optimizer).rates(RATE, step),
          averageDecay: Float32Array.of(DECAY),
        })),
      );
      return session.read();
    },
  };
}

/** Largest difference over the largest move since the start, of all weights. */
function apart(a: StateArrays, b: StateArrays, start: StateArrays): number {
  const names = network.parameters.filter(({ trainable }) => trainable).map(({ name }) => name);
  const largest = (one: StateArrays, other: StateArrays) =>
    Math.max(...names.map((n) => maxDifference(one[`net.${n}`]!.data, other[`net.${n}`]!.data)));
  return largest(a, b) / largest(a, start);
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
      // Of Adam's steps of full length, some turn where a gradient is almost nothing.
      const allowed = learning === sgd ? 1e-2 : 1;
      expect(apart(plain, other, start), name).toBeLessThan(allowed);
    }
  });

  it('goes on from a state exactly as if it had never stopped', async () => {
    const whole = await open({ name: 'onnxruntime' }, learning);
    const expected = await whole.run(1, 4);
    const again = await open({ name: 'onnxruntime' }, learning);
    const half = await again.run(1, 2);
    const rest = await open({ name: 'onnxruntime' }, learning);
    await rest.session.write(half);
    expect(await rest.run(3, 4)).toEqual(expected);
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
