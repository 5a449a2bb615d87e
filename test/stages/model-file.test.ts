import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StateArrays } from '../../src/engine/types.ts';
import { createNetwork, initialWeights } from '../../src/models/network.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/models/safetensors.ts';
import { SKELETONS } from '../../src/pose/skeleton.ts';
import {
  checkWeights,
  digestOf,
  loadModel,
  MODEL_FILE,
  saveModel,
  type ModelCard,
} from '../../src/stages/model-file.ts';
import { temporaryFolder } from '../support/folder.ts';
import { torchShape } from '../support/formula-network.ts';

const network = createNetwork('tiny', 14);
const weights = initialWeights(network, 4);
const card: ModelCard = {
  ...{ model: 'tiny', recipe: 'peer', padding: 'edge', step: 30 },
  skeleton: SKELETONS.lsp14,
};

async function saved(arrays: StateArrays = weights): Promise<string> {
  const file = join(temporaryFolder(), MODEL_FILE);
  await saveModel(file, card, arrays);
  return file;
}

describe('a model file', () => {
  it('gives back weights, card and digest', async () => {
    const file = await saved();
    const model = await loadModel(file);
    expect(model.weights).toEqual(weights);
    expect(model.card).toEqual(card);
    expect(model.digest).toBe(await digestOf(weights));
    expect(() => {
      checkWeights(network, model);
    }).not.toThrow();
  });

  it('holds tensors in the layout of PyTorch, under its names and in its order', async () => {
    const file = await saved();
    const { tensors, metadata } = decodeSafetensors(readFileSync(file), file);
    expect(Object.entries(tensors).map(([name, { shape }]) => [name, shape])).toEqual(
      network.parameters.map((spec) => [spec.name, torchShape(spec)]),
    );
    expect(metadata['format']).toBe('pt');
  });

  it('is found in the folder of its run', async () => {
    const file = await saved();
    expect((await loadModel(join(file, '..'))).file).toBe(file);
  });

  it('that does not fit a network is refused with each tensor by name', async () => {
    const { 'up.1.bias': missing, ...rest } = weights;
    const odd = { ...rest, extra: { shape: [1], data: Float32Array.of(1) } };
    const model = await loadModel(await saved(odd));
    const wide = createNetwork('tiny', 17);
    expect(missing).toBeDefined();
    const check = () => {
      checkWeights(wide, model);
    };
    expect(check).toThrow('does not fit tiny with 17 joints');
    expect(check).toThrow('head.weight is [14, 64, 1, 1], expected [17, 64, 1, 1]');
    expect(check).toThrow('head.bias is [14], expected [17]');
    expect(check).toThrow('1 missing: up.1.bias');
    expect(check).toThrow('1 unexpected: extra');
  });

  it('of another network is refused in a few lines', async () => {
    const model = await loadModel(await saved());
    expect(() => {
      checkWeights(createNetwork('sb-r18', 14), model);
    }).toThrow(/… and \d+ more/);
  });

  it('that is not there is named with what was expected', async () => {
    const folder = temporaryFolder();
    await expect(loadModel(join(folder, 'none'))).rejects.toThrow('no model at');
    mkdirSync(join(folder, 'run'));
    await expect(loadModel(join(folder, 'run'))).rejects.toThrow(`holds no ${MODEL_FILE}`);
  });

  it('of another program, or with a network that is not known, is refused', async () => {
    const file = join(temporaryFolder(), 'x.safetensors');
    writeFileSync(file, encodeSafetensors({ tensors: {}, metadata: { format: 'pt' } }));
    await expect(loadModel(file)).rejects.toThrow('was not written by heatstream');
    const torch = join(file, '..', 'x.pth');
    writeFileSync(torch, 'weights');
    await expect(loadModel(torch)).rejects.toThrow(
      'is no model of heatstream, expected .safetensors: heatstream import makes',
    );
    const other = JSON.stringify({ ...card, model: 'giant' });
    writeFileSync(file, encodeSafetensors({ tensors: {}, metadata: { heatstream: other } }));
    await expect(loadModel(file)).rejects.toThrow('holds the model giant, expected one of tiny');
  });
});

describe('the digest of weights', () => {
  it('does not depend on their order, and does on every value, name and shape', async () => {
    const a = { shape: [2], data: Float32Array.of(1, 2) };
    const b = { shape: [1, 2], data: Float32Array.of(3, 4) };
    expect(await digestOf({ a, b })).toBe(await digestOf({ b, a }));
    const others = await Promise.all(
      [
        { a: b, b: a },
        { a, c: b },
        { a, b: { ...b, shape: [2, 1] } },
        { a, b: { ...b, data: Float32Array.of(3, 4.0000005) } },
      ].map(digestOf),
    );
    expect(new Set([await digestOf({ a, b }), ...others]).size).toBe(5);
  });
});
