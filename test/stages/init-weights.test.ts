import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StateArrays } from '../../src/engine/types.ts';
import { encodeTorch } from '../../src/models/checkpoint/torch-write.ts';
import { createNetwork, initialWeights } from '../../src/models/network.ts';
import { toTorch } from '../../src/models/torch-layout.ts';
import { SKELETONS } from '../../src/pose/skeleton.ts';
import { initWeights } from '../../src/stages/init-weights.ts';
import { temporaryFolder } from '../support/folder.ts';

const network = createNetwork('tiny', 14);
const { joints } = SKELETONS.lsp14;
const count = network.parameters.length;
const seeds = [1, 2, 3, 4].map((seed) => initialWeights(network, seed));
const [one, two, three, four] = seeds as [StateArrays, StateArrays, StateArrays, StateArrays];

function file(weights: StateArrays, prefix = ''): string {
  const path = join(temporaryFolder(), 'weights.pth');
  const entries = Object.entries(weights).map(
    ([name, array]) => [prefix + name, toTorch(array)] as const,
  );
  writeFileSync(path, encodeTorch(Object.fromEntries(entries)));
  return path;
}

function init(files: readonly string[], { fresh = [one], partial = false } = {}) {
  const notices: string[] = [];
  const onNotice = (line: string) => {
    notices.push(line);
  };
  return initWeights(files, { network, joints, fresh, partial, onNotice }).then((weights) => ({
    weights,
    notices,
  }));
}

describe('a network that is started', () => {
  it('from nothing keeps its fresh weights', async () => {
    expect((await init([])).weights).toEqual([one]);
  });

  it('from a checkpoint has its weights, and says how many', async () => {
    const path = file(two, 'module.');
    const { weights, notices } = await init([path]);
    expect(weights).toEqual([two]);
    expect(notices).toEqual([`init: ${count} of ${count} tensors of tiny from ${path}`]);
  });

  it('beside another one takes its own file, or the only one', async () => {
    const fresh = [one, two];
    expect((await init([file(three), file(four)], { fresh })).weights).toEqual([three, four]);
    expect((await init([file(three)], { fresh })).weights).toEqual([three, three]);
    const both = Object.entries(four).map(([name, array]) => [`net2.${name}`, array] as const);
    const dual = file({ ...three, ...Object.fromEntries(both) });
    expect((await init([dual], { fresh })).weights).toEqual([three, four]);
    const { weights, notices } = await init([dual]);
    expect(weights).toEqual([three]);
    expect(notices[0]).toContain('(network 2) holds one network more than the method trains');
  });

  it('from what does not fit is refused with the way around, which takes what fits', async () => {
    const { 'up.1.bias': gone, 'head.weight': head, ...rest } = two;
    const path = file({ ...rest, extra: gone! });
    await expect(init([path])).rejects.toThrow(
      /does not fit tiny with 14 joints:\n {2}2 missing: up\.1\.bias, head\.weight\n {2}1 unexpected: extra\n--init-partial takes/,
    );
    const { weights, notices } = await init([path], { partial: true });
    expect(head).toBeDefined();
    expect(weights[0]!['head.weight']).toEqual(one['head.weight']);
    expect(weights[0]!['stem.0.weight']).toEqual(two['stem.0.weight']);
    expect(notices[0]!.split('\n')).toEqual([
      `init: ${count - 2} of ${count} tensors of tiny from ${path}`,
      '  2 missing: up.1.bias, head.weight',
      '  1 unexpected: extra',
    ]);
  });

  it('from a file without weights is refused', async () => {
    const counters = { 'bn1.num_batches_tracked': { shape: [], data: Float32Array.of(3) } };
    await expect(init([file(counters)])).rejects.toThrow('it holds no weights');
  });

  it('from nothing that fits, or from no numbers, is refused even partially', async () => {
    await expect(init([file({ extra: one['head.bias']! })], { partial: true })).rejects.toThrow(
      'does not fit',
    );
    const bad = { ...two, 'head.bias': { shape: [14], data: new Float32Array(14).fill(Infinity) } };
    await expect(init([file(bad)], { partial: true })).rejects.toThrow(
      '1 with values that are no finite numbers: head.bias',
    );
  });
});
