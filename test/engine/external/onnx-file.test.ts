import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OnnxGraph } from '../../../src/engine/compiled/onnx/graph.ts';
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

  it('names the file that is missing or no ONNX', async () => {
    await expect(openOnnxFile('nowhere.onnx')).rejects.toThrow('no ONNX file at nowhere.onnx');
    const file = join(temporaryFolder(), 'text.onnx');
    await writeFile(file, 'not a model');
    await expect(openOnnxFile(file)).rejects.toThrow(`${file} cannot be opened as ONNX`);
  });
});
