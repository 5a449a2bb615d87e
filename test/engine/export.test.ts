import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { encodeOnnx } from '../../src/engine/compiled/export/encode-onnx.ts';
import { openOnnxFile } from '../../src/engine/external/onnx-file.ts';
import { tf } from '../../src/engine/tf.ts';
import type { Shapes, Step } from '../../src/engine/types.ts';
import { temporaryFolder } from '../support/folder.ts';

const state = { filter: { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) } };
const shapes = (batch: number): Shapes<'x'> => ({ x: { shape: [batch, 3], dtype: 'float32' } });
const step = (y: (x: Tensor2D, w: Tensor2D) => Tensor): Step<'x', 'y'> => ({
  name: 'small',
  run: ({ filter: w }, { x }) => ({ state: {}, outputs: { y: y(x as Tensor2D, w as Tensor2D) } }),
});
const encode = (y: Parameters<typeof step>[0]) =>
  encodeOnnx({ step: step(y), shapes, state, metadata: { note: 'a note' } });

describe('a step as an ONNX file', () => {
  it('holds its weights under their names, and takes any batch', async () => {
    const file = join(temporaryFolder(), 'small.onnx');
    const bytes = encode((x, w) => tf.reshape(tf.matMul(x, w), [-1, 2, 1]));
    writeFileSync(file, bytes);
    for (const text of ['a note', 'filter', 'batch'])
      expect(Buffer.from(bytes).includes(text)).toBe(true);
    expect(Buffer.from(bytes).includes('com.microsoft')).toBe(false);
    const onnx = await openOnnxFile(file);
    expect(onnx.inputs).toEqual([{ name: 'x', type: 'float32', shape: ['batch', 3] }]);
    for (const batch of [1, 4]) {
      const data = Float32Array.from({ length: 3 * batch }, (_, i) => i);
      const { y } = await onnx.run({ x: { data, shape: [batch, 3] } });
      expect(y!.shape).toEqual([batch, 2, 1]);
      expect([...y!.data.slice(0, 2)]).toEqual([13, 16]);
    }
    await onnx.dispose();
  });

  it('is refused where it works for the traced batch alone', () => {
    expect(() => encode((x, w) => tf.mul(tf.matMul(x, w), x.shape[0]))).toThrow(/batch/);
    expect(() => encode((x, w) => tf.sub(tf.matMul(x, w), tf.ones([x.shape[0], 1])))).not.toThrow();
  });
});
