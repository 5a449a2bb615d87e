import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromTorch, torchPieces, toTorch } from '../../src/models/torch-layout.ts';
import { noise } from '../support/compute.ts';

const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 });

describe('the layout of PyTorch', () => {
  it('is left and reached without a change, for shapes of every rank', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const length = shape.reduce((product, size) => product * size, 1);
        const array = { shape, data: Float32Array.from({ length }, (_, i) => i) };
        expect(fromTorch(toTorch(array))).toEqual(array);
        expect(toTorch(fromTorch(array))).toEqual(array);
      }),
    );
  });

  it('comes in pieces that are the whole', () => {
    for (const shape of [[3, 3, 64, 300], [1, 1, 2, 70_000], [7], []]) {
      const array = {
        shape,
        data: noise(
          shape.reduce((size, n) => size * n, 1),
          1,
        ),
      };
      const { shape: torch, pieces } = torchPieces(array);
      const parts = [...pieces].map(({ buffer }) => Buffer.from(buffer));
      expect(torch).toEqual(toTorch(array).shape);
      expect(Buffer.concat(parts)).toEqual(Buffer.from(toTorch(array).data.buffer));
    }
  });

  it('puts filters as [out, in, kh, kw]', () => {
    const [kh, kw, from, to] = [2, 3, 4, 5] as const;
    const data = Float32Array.from({ length: kh * kw * from * to }, (_, i) => i);
    const torch = toTorch({ shape: [kh, kw, from, to], data });
    expect(torch.shape).toEqual([to, from, kh, kw]);
    const [y, x, i, o] = [1, 2, 3, 4];
    expect(torch.data[((o * from + i) * kh + y) * kw + x]).toBe(
      data[((y * kw + x) * from + i) * to + o],
    );
  });

  it('leaves vectors and scalars as they are', () => {
    const vector = { shape: [3], data: Float32Array.of(1, 2, 3) };
    expect(toTorch(vector)).toEqual(vector);
  });
});
