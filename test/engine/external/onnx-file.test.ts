import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OnnxGraph, type OnnxType } from '../../../src/engine/compiled/onnx/graph.ts';
import { writeModel } from '../../../src/engine/compiled/onnx/write.ts';
import { openOnnxFile } from '../../../src/engine/external/onnx-file.ts';
import { temporaryFolder } from '../../support/folder.ts';

describe('an ONNX file that heatstream did not write', () => {
  it('tells its ports and runs on any batch', async () => {
    const graph = new OnnxGraph();
    const picture = graph.input('picture', ['n', 2, 3], 'uint8');
    const gain = graph.input('gain', [3]);
    const cast = graph.op('Cast', [picture], { to: 1 });
    graph.output('doubled', graph.op('Mul', [cast, gain]), ['n', 2, 3]);
    const file = join(temporaryFolder(), 'doubler.onnx');
    await writeFile(file, writeModel(graph));

    const network = await openOnnxFile(file, { threads: 1 });
    onTestFinished(() => network.dispose());
    expect(network.inputs).toEqual([
      { name: 'picture', type: 'uint8', shape: ['n', 2, 3] },
      { name: 'gain', type: 'float32', shape: [3] },
    ]);
    expect(network.outputs).toEqual([{ name: 'doubled', type: 'float32', shape: ['n', 2, 3] }]);
    for (const batch of [1, 2]) {
      const data = Uint8Array.from({ length: batch * 6 }, (_, i) => 10 * i);
      const { doubled } = await network.run({
        picture: { data, shape: [batch, 2, 3] },
        gain: { data: Float32Array.of(2, 3, 4), shape: [3] },
      });
      expect(doubled!.shape).toEqual([batch, 2, 3]);
      expect([...doubled!.data]).toEqual([...data].map((value, i) => value * (2 + (i % 3))));
    }
    await expect(network.run({})).rejects.toThrow(/picture/);
  });

  it('reads class numbers and counts, which are whole numbers, and leaves out other types', async () => {
    const graph = new OnnxGraph();
    const scores = graph.input('scores', [1, 3]);
    for (const [type, to] of Object.entries({ int64: 7, int32: 6, bool: 9 } as const))
      graph.output(`as ${type}`, graph.op('Cast', [scores], { to }), [1, 3], type as OnnxType);
    const file = join(temporaryFolder(), 'casts.onnx');
    await writeFile(file, writeModel(graph));
    const network = await openOnnxFile(file, { threads: 1 });
    onTestFinished(() => network.dispose());
    const data = Float32Array.of(0, -7, 16_777_215);
    const found = await network.run({ scores: { data, shape: [1, 3] } });
    const same = { data, shape: [1, 3] };
    expect(found).toEqual({ 'as int64': same, 'as int32': same });
  });

  it('names the file that is missing or no ONNX', async () => {
    await expect(openOnnxFile('nowhere.onnx')).rejects.toThrow('no ONNX file at nowhere.onnx');
    const file = join(temporaryFolder(), 'text.onnx');
    await writeFile(file, 'not a model');
    await expect(openOnnxFile(file)).rejects.toThrow(`${file} cannot be opened as ONNX`);
  });
});
