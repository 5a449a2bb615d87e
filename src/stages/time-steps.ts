// How long a training step takes on an engine: supervised steps of a network on crops of noise.
import { packTransforms } from '../augment/transforms.ts';
import type { Engine } from '../engine/types.ts';
import { supervised } from '../methods/supervised.ts';
import { adamRates } from '../models/adam.ts';
import { createNetwork, initialWeights, type ModelName } from '../models/network.ts';
import { identity } from '../pose/affine.ts';
import { rng } from '../pose/random.ts';
import { initialState, openTrainer } from './trainer.ts';

export interface TimedSteps {
  /** Median of a step. */
  readonly milliseconds: number;
  /** That were measured; the first call is not. */
  readonly steps: number;
  /** Of one call of the engine. */
  readonly stepsPerCall: number;
}

/** What is trained on: `tiny` on small pictures, all others on larger ones. */
const workload = (model: ModelName) =>
  model === 'tiny'
    ? { input: { width: 64, height: 64 }, batch: 32, joints: 14 }
    : { input: { width: 96, height: 128 }, batch: 16, joints: 17 };

/** @param atLeast milliseconds to measure for; one call is always measured. */
export async function timeSteps(
  engine: Engine,
  model: ModelName,
  { atLeast = 3000, signal }: { readonly atLeast?: number; readonly signal?: AbortSignal } = {},
): Promise<TimedSteps> {
  const { input, batch, joints } = workload(model);
  const network = createNetwork(model, joints);
  const heatmap = { width: input.width / 4, height: input.height / 4 };
  const mean = [114, 114, 114] as const;
  const trainer = await openTrainer({
    ...{ engine, method: supervised, network, teacherBn: 'batch' },
    geometry: { stored: input, input, heatmap, mean, std: [58, 58, 58] },
    ...{ labelledBatch: batch, unlabelledBatch: batch },
    state: initialState(network, initialWeights(network, 0), supervised),
  });
  try {
    const inputs = {
      labelledCrops: noise(batch * input.width * input.height * 3),
      labelledViews: packTransforms(Array.from({ length: batch }, () => identity)),
      targets: new Float32Array(batch * heatmap.width * heatmap.height * joints),
      targetWeights: new Float32Array(batch * joints).fill(1),
      rates: adamRates(1e-4, 1),
    };
    const call = async (steps: number) => {
      const start = performance.now();
      await trainer.train.run(
        Array.from({ length: steps }, () => inputs),
        signal && { signal },
      );
      return (performance.now() - start) / steps;
    };
    const first = await call(1); // memory is touched for the first time
    const stepsPerCall = Math.max(1, Math.min(5, Math.floor(1000 / first)));
    const times: number[] = [];
    const end = performance.now() + atLeast;
    do times.push(await call(stepsPerCall));
    while (performance.now() < end);
    times.sort((a, b) => a - b);
    const milliseconds = times[times.length >> 1]!;
    return { milliseconds, steps: times.length * stepsPerCall, stepsPerCall };
  } finally {
    await trainer.dispose();
  }
}

/** Bytes of pictures that show nothing. */
function noise(length: number): Uint8Array {
  const { integer } = rng(0, 'timed pictures', 0, 0);
  return Uint8Array.from({ length }, () => integer(256));
}
