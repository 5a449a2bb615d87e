// Optimisers against the weights that torch.optim reaches from the same gradients (scripts/record-optimizers.py).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import type { NamedArray, Step } from '../../src/engine/types.ts';
import {
  clipByGlobalNorm,
  createOptimizer,
  OPTIMIZER_NAMES,
  type OptimizerName,
  type OptimizerSettings,
} from '../../src/models/optimizer.ts';
import { maxDifference } from '../support/golden.ts';

type Numbers = Readonly<Record<string, readonly number[]>>;

interface Case {
  readonly name: OptimizerName;
  readonly weight_decay: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly clip_norm?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly after: Numbers;
}

const { shapes, rates, start, gradients, cases } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'optimizers.json'), 'utf8'),
) as {
  shapes: Numbers;
  rates: readonly number[];
  start: Numbers;
  gradients: readonly Numbers[];
  cases: readonly Case[];
};
const names = Object.keys(shapes);

const settingsOf = (recorded: Case) =>
  ({
    name: recorded.name,
    weightDecay: recorded.weight_decay,
    momentum: recorded.momentum ?? 0,
    nesterov: recorded.nesterov ?? false,
    ...(recorded.epsilon !== undefined && {
      adam: { beta1: recorded.beta1!, beta2: recorded.beta2!, epsilon: recorded.epsilon },
    }),
  }) satisfies OptimizerSettings;

/** Updates every weight of the state by its input gradient. */
function updateStep(recorded: Case): Step {
  const optimizer = createOptimizer(settingsOf(recorded));
  return {
    name: JSON.stringify(recorded),
    run(state, inputs) {
      const given = names.map((name) => inputs[name]!);
      const limited = recorded.clip_norm ? clipByGlobalNorm(given, recorded.clip_norm) : given;
      const next: Record<string, Tensor> = {};
      names.forEach((name, i) => {
        const slots = optimizer.slots.map((slot) => state[slot + name]!);
        const updated = optimizer.update(
          state[name]!,
          slots,
          limited[i]!,
          inputs['rates'] as Tensor1D,
        );
        next[name] = updated.weight;
        optimizer.slots.forEach((slot, k) => (next[slot + name] = updated.slots[k]!));
      });
      return { state: next, outputs: {} };
    },
  };
}

describe.each(['onnxruntime', 'wasm'] as const)('on %s', (engine) => {
  const title = (one: Case) => JSON.stringify({ ...one, after: undefined });
  it.each(cases.map((one) => [title(one), one] as const))(
    '%s ends where PyTorch does',
    async (_, recorded) => {
      const optimizer = createOptimizer(settingsOf(recorded));
      const state: Record<string, NamedArray> = {};
      for (const name of names) {
        const array = { shape: shapes[name]!, data: Float32Array.from(start[name]!) };
        state[name] = array;
        for (const slot of optimizer.slots) {
          state[slot + name] = { ...array, data: new Float32Array(array.data.length) };
        }
      }
      const session = await (await openEngine({ name: engine, threads: 1 })).open(state);
      onTestFinished(() => session.dispose());
      const runner = await session.compile(updateStep(recorded), {
        ...Object.fromEntries(
          names.map((name) => [name, { shape: shapes[name]!, dtype: 'float32' as const }]),
        ),
        rates: { shape: [optimizer.rateCount], dtype: 'float32' },
      });
      await runner.run(
        gradients.map((step, i) => ({
          ...Object.fromEntries(names.map((name) => [name, Float32Array.from(step[name]!)])),
          rates: optimizer.rates(rates[i]!, i + 1),
        })),
      );
      const got = await session.read();
      for (const name of names) {
        expect(maxDifference(got[name]!.data, recorded.after[name]!)).toBeLessThan(2e-6);
      }
    },
  );
});

describe('every optimiser', () => {
  it.each(OPTIMIZER_NAMES)('%s refuses a learning rate of 0', (name) => {
    const settings = { name, weightDecay: 0.1, momentum: 0.9, nesterov: false };
    expect(() => createOptimizer(settings).rates(0, 1)).toThrow(
      /`learningRate` to be above 0, got 0/,
    );
  });
});
