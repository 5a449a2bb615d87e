// What a step that leaves the state alone computes once a state: filters in the order that it needs, normalisation folded into them.
import { expect, it } from 'vitest';
import { packTransforms } from '../../src/augment/transforms.ts';
import { openEngine } from '../../src/engine/choose.ts';
import type { StateArrays } from '../../src/engine/types.ts';
import { predictInputs, predictStep } from '../../src/methods/predict-step.ts';
import type { StepGeometry } from '../../src/methods/view.ts';
import { createNetwork, initialWeights } from '../../src/models/network.ts';
import { identity } from '../../src/pose/affine.ts';
import { formula } from './formula.ts';

it('blocked operators predict as plain ones with what a network has learnt, and with what is written later', async () => {
  const network = createNetwork('tiny', 5);
  const learnt = (seed: number): StateArrays =>
    Object.fromEntries(
      Object.entries(initialWeights(network, seed)).map(([entry, { shape, data }]) => {
        // Normalisation that does something: gammas and variances around 1, means and betas around 0.
        const spread = entry.includes('running_var') || entry.endsWith('weight') ? 0.5 : 0.2;
        const more = shape.length === 1 ? formula(`${entry} ${seed}`, data.length, -spread, spread) : undefined; // prettier-ignore
        return [`net.${entry}`, { shape, data: data.map((v, i) => v + (more?.[i] ?? 0)) }];
      }),
    );
  const input = { width: 32, height: 64 };
  const geometry: StepGeometry = {
    ...{ input, stored: input, heatmap: { width: 8, height: 16 } },
    ...{ mean: [120, 110, 100], std: [60, 55, 50] },
  };
  const crops = Uint8Array.from(formula('crops', 16 * 64 * 32 * 3, 0, 256));
  const views = packTransforms(Array.from({ length: 16 }, () => identity));
  const maps: Float32Array[][] = [];
  for (const lowering of ['plain', 'blocked'] as const) {
    const engine = await openEngine({ name: 'onnxruntime', lowering, threads: 2 });
    const session = await engine.open(learnt(1));
    const predictor = await session.compile(
      predictStep(network, geometry, { weights: 'net.', bn: 'running' }),
      predictInputs(16, geometry),
    );
    const look = async () => (await predictor.run([{ crops, views }]))[0]!.heatmaps.data;
    const before = [await look(), await look()];
    await session.write(learnt(2));
    maps.push([...before, await look()]);
    await session.dispose();
  }
  const [plain, blocked] = maps as [Float32Array[], Float32Array[]];
  expect(blocked[1]).toEqual(blocked[0]);
  for (const [i, map] of plain.entries()) {
    const scale = map.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    const worst = map.reduce((m, v, k) => Math.max(m, Math.abs(v - blocked[i]![k]!)), 0);
    expect(scale).toBeGreaterThan(0);
    expect(worst / scale).toBeLessThan(5e-5);
  }
  const change = plain[2]!.reduce((m, v, k) => Math.max(m, Math.abs(v - plain[0]![k]!)), 0);
  expect(change).toBeGreaterThan(0.01 * plain[0]!.reduce((m, v) => Math.max(m, v), 0));
});
