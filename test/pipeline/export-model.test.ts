import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openOnnxFile } from '../../src/engine/external/onnx-file.ts';
import type { StateArrays } from '../../src/engine/types.ts';
import { encodeTorch } from '../../src/models/checkpoint/torch-write.ts';
import { createNetwork, initialWeights } from '../../src/models/network.ts';
import { toTorch } from '../../src/models/torch-layout.ts';
import { exportModel, EXPORT_FORMATS } from '../../src/pipeline/export-model.ts';
import { importModel } from '../../src/pipeline/import-model.ts';
import { SKELETONS } from '../../src/pose/skeleton.ts';
import { loadModel, saveModel, SECOND, type ModelCard } from '../../src/stages/model-file.ts';
import { temporaryFolder } from '../support/folder.ts';

const network = createNetwork('tiny', 14);
const weights = initialWeights(network, 4);
const other = initialWeights(network, 5);
const skeleton = SKELETONS.lsp14;
const card: ModelCard = {
  ...{ model: 'tiny', recipe: 'peer', padding: 'edge', step: 30 },
  skeleton,
};
const settings = { skeleton, recipe: 'peer', padding: 'zero' } as const;
const prefixed = (prefix: string, arrays: StateArrays): StateArrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [prefix + name, array]));

async function saved(arrays: StateArrays = weights, own: ModelCard = card): Promise<string> {
  const file = join(temporaryFolder(), 'model.safetensors');
  await saveModel(file, own, arrays);
  return file;
}

describe('a model', () => {
  it.each(EXPORT_FORMATS.filter((format) => format !== 'onnx'))(
    'comes back from %s with every bit',
    async (format) => {
      const run = await saved();
      const out = join(run, '..', `out.${format}`);
      await exportModel({ run, format, out });
      const back = join(run, '..', 'back.safetensors');
      const { model } = await importModel({ file: out, out: back, ...settings });
      expect(model).toBe('tiny');
      expect((await loadModel(back)).digest).toBe((await loadModel(run)).digest);
    },
  );

  it('of two networks gives either, under bare names', async () => {
    const two = { ...weights, ...prefixed(SECOND, other) };
    const run = await saved(two, { ...card, second: 'network' });
    const out = join(run, '..', 'second.safetensors');
    await exportModel({ run, format: 'safetensors', out, network: 'second' });
    const back = await loadModel(out);
    expect(back.weights).toEqual(other);
    expect([back.second, back.card.second]).toEqual([undefined, undefined]);
    await expect(
      exportModel({ run: out, format: 'npz', out: `${out}.npz`, network: 'second' }),
    ).rejects.toThrow('holds one network, there is no second');
  });

  it('as ONNX takes any batch of normalised pictures, and says how they are normalised', async () => {
    const run = await saved();
    const out = join(run, '..', 'model.onnx');
    const size = { width: 32, height: 48 };
    const { deviation } = await exportModel({ run, format: 'onnx', out, size });
    expect(deviation).toBeLessThan(1e-5);
    expect(existsSync(`${out}.unverified`)).toBe(false);
    for (const text of ['114 114 114', 'right_ankle', 'head.weight']) {
      expect(readFileSync(out).includes(text), text).toBe(true);
    }
    const onnx = await openOnnxFile(out);
    expect(onnx.inputs).toEqual([{ name: 'input', type: 'float32', shape: ['batch', 3, 48, 32] }]);
    expect(onnx.outputs).toEqual([
      { name: 'heatmaps', type: 'float32', shape: ['batch', 14, 12, 8] },
    ]);
    await onnx.dispose();
  });

  it('of another size than the network takes is no ONNX file', async () => {
    const run = await saved();
    const out = join(run, '..', 'model.onnx');
    await expect(
      exportModel({ run, format: 'onnx', out, size: { width: 30, height: 48 } }),
    ).rejects.toThrow('multiple of 16');
    expect(existsSync(out)).toBe(false);
  });
});

describe('a checkpoint', () => {
  it('of the reference gives both networks', async () => {
    const torch = (prefix: string, arrays: StateArrays) =>
      prefixed(
        prefix,
        Object.fromEntries(Object.entries(arrays).map(([name, a]) => [name, toTorch(a)])),
      );
    const file = join(temporaryFolder(), 'dual.pth');
    writeFileSync(
      file,
      encodeTorch({ ...torch('module.resnet.', weights), ...torch('module.resnet2.', other) }),
    );
    const out = join(file, '..', 'dual.safetensors');
    expect((await importModel({ file, out, ...settings })).networks).toBe(2);
    const model = await loadModel(out);
    expect([model.weights, model.second]).toEqual([weights, other]);
    expect(model.card.second).toBe('network');
  });

  it('that fills no network is refused, with what differs once one is named', async () => {
    const { 'up.1.bias': gone, ...rest } = weights;
    const run = await saved(rest);
    const out = join(run, '..', 'out.safetensors');
    expect(gone).toBeDefined();
    await expect(importModel({ file: run, out, ...settings })).rejects.toThrow(
      'fills no network with the 14 joints of lsp-14',
    );
    await expect(importModel({ file: run, out, ...settings, model: 'tiny' })).rejects.toThrow(
      '1 missing: up.1.bias',
    );
    expect(existsSync(out)).toBe(false);
  });
});
