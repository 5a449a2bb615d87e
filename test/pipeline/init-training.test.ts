import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { StateArrays } from '../../src/engine/types.ts';
import { encodeTorch } from '../../src/models/checkpoint/torch-write.ts';
import { createNetwork, initialWeights } from '../../src/models/network.ts';
import { toTorch } from '../../src/models/torch-layout.ts';
import { runTraining } from '../../src/pipeline/run-training.ts';
import { digestOf, loadModel } from '../../src/stages/model-file.ts';
import { fakeEngine } from '../support/fake-engine.ts';
import { figureFolder } from '../support/figures.ts';
import { quietHooks } from '../support/training-hooks.ts';

const network = createNetwork('tiny', 14);
const [one, two] = [5, 6].map((seed) => initialWeights(network, seed)) as [
  StateArrays,
  StateArrays,
];

const hooks = () => quietHooks(fakeEngine({}));

function save(file: string, weights: StateArrays): string {
  const torch = Object.entries(weights).map(([name, array]) => [name, toTorch(array)] as const);
  writeFileSync(file, encodeTorch(Object.fromEntries(torch)));
  return file;
}

it('a run begins at the weights of its checkpoints, and goes on without them', async () => {
  await using folder = await figureFolder();
  const init = [save(join(folder.dir, 'one.pth'), one), save(join(folder.dir, 'two.pth'), two)];
  const options = { method: 'dual', init } as const;
  await runTraining(folder.options({ ...options, steps: 1 }), hooks());
  const { weights, second } = await loadModel(join(folder.dir, 'run'));
  expect(await digestOf(weights)).toBe(await digestOf(one));
  expect(await digestOf(second!)).toBe(await digestOf(two));
  for (const file of init) rmSync(file);
  const { step } = await runTraining(
    folder.options({ ...options, steps: 2, resume: true }),
    hooks(),
  );
  expect(step).toBe(2);
});
