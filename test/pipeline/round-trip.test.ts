// PyTorch → heatstream → PyTorch: what PyTorch saved computes the same here, and what is written here computes the same there.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import { openOnnxFile } from '../../src/engine/external/onnx-file.ts';
import { bareInputs, bareStep } from '../../src/models/bare-step.ts';
import { toFloat32 } from '../../src/models/checkpoint/element-type.ts';
import { readWeights } from '../../src/models/checkpoint/read-weights.ts';
import { createNetwork, type ModelName } from '../../src/models/network.ts';
import { exportModel } from '../../src/pipeline/export-model.ts';
import { importModel } from '../../src/pipeline/import-model.ts';
import { SKELETONS } from '../../src/pose/skeleton.ts';
import { loadModel } from '../../src/stages/model-file.ts';
import { recordDeviation } from '../support/deviations.ts';
import { temporaryFolder } from '../support/folder.ts';
import { maxDifference } from '../support/golden.ts';

const python = process.env['HEATSTREAM_PEER_PYTHON'];
if (python === undefined) {
  console.warn(
    'SKIPPED: the round trip through PyTorch; set HEATSTREAM_PEER_PYTHON to a Python with torch and numpy',
  );
}
const SCRIPT = join(import.meta.dirname, '../support/torch-networks.py');
const peer = async (...args: string[]) =>
  (await promisify(execFile)(python!, [SCRIPT, ...args])).stdout;

/** Of the largest heatmap value: what another order of float32 sums makes. */
const TOLERANCE = 1e-5;
const names: readonly ModelName[] = ['tiny', 'sb-r50'];

describe.skipIf(python === undefined).each(names)('%s goes from PyTorch and back', (name) => {
  it('with the same heatmaps in every format', async () => {
    const folder = temporaryFolder();
    await peer('make', name, folder);
    const start = join(folder, 'start.pth');
    const run = join(folder, 'model.safetensors');
    const imported = await importModel({
      ...{ file: start, out: run, recipe: 'peer', padding: 'zero' },
      skeleton: SKELETONS.coco17,
    });
    expect(imported.model).toBe(name);

    const { input, heatmaps } = seenIn(folder);
    const size = { width: 64, height: 96 };
    const largest = maxDifference(heatmaps.data, new Float32Array(heatmaps.data.length));
    const note = (got: Float32Array, what: string) => {
      const deviation = maxDifference(got, heatmaps.data) / largest;
      recordDeviation(join('round-trip', name), deviation, TOLERANCE, what);
      expect(deviation, what).toBeLessThan(TOLERANCE);
    };
    const session = await (await openEngine({ name: 'auto' })).open((await loadModel(run)).weights);
    const step = bareStep(createNetwork(name, 17));
    const [ours] = await (
      await session.compile(step, bareInputs(2, size))
    ).run([{ input: input.data }]);
    await session.dispose();
    note(ours!.heatmaps.data, 'PyTorch → heatstream');

    const files = ['safetensors', 'npz', 'pth'].map((format) => join(folder, `back.${format}`));
    for (const [i, format] of (['safetensors', 'npz', 'pth'] as const).entries()) {
      await exportModel({ run, format, out: files[i]! });
    }
    const back = JSON.parse(await peer('check', name, folder, ...files)) as Record<string, number>;
    for (const file of files) {
      recordDeviation(
        join('round-trip', name),
        back[file]!,
        0,
        `and back, ${file.slice(file.lastIndexOf('.'))}`,
      );
      expect(back[file], file).toBe(0);
    }

    const onnxFile = join(folder, 'back.onnx');
    const { deviation } = await exportModel({ run, format: 'onnx', out: onnxFile, size });
    recordDeviation(join('round-trip', name), deviation!, 1e-4, 'tfjs → ONNX');
    const onnx = await openOnnxFile(onnxFile);
    const { heatmaps: fromOnnx } = await onnx.run({ input });
    await onnx.dispose();
    note(fromOnnx!.data, 'PyTorch → heatstream → ONNX');
  }, 120_000);
});

function seenIn(folder: string) {
  const { tensors } = readWeights(readFileSync(join(folder, 'seen.npz')), 'seen.npz');
  return { input: toFloat32(tensors['input']!), heatmaps: toFloat32(tensors['heatmaps']!) };
}
