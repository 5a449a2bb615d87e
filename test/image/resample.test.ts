import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resampleRgb } from '../../src/image/resample.ts';
import { warpRgb, type WarpOptions } from '../../src/image/warp.ts';
import { identity } from '../../src/pose/affine.ts';
import type { Affine } from '../../src/pose/types.ts';
import { noise } from '../support/pictures.ts';

const fill = [11, 22, 33] as const;
const side = fc.integer({ min: 1, max: 40 });
const size = fc.record({ width: side, height: side });
const padding = fc.constantFrom('zero' as const, 'edge' as const);

describe('resampleRgb', () => {
  it('shows what a free bilinear warp shows, within a grey level, for every window and both paddings', () => {
    const step = fc.double({ min: 0.05, max: 1.5, noNaN: true });
    const start = fc.double({ min: -60, max: 60, noNaN: true });
    fc.assert(
      fc.property(size, size, step, step, start, start, padding, (source, to, a, e, c, f, pad) => {
        const options: WarpOptions = { size: to, sourceFromResult: [a, 0, c, 0, e, f], padding: pad, fill }; // prettier-ignore
        const pixels = noise(source, 3);
        const expected = warpRgb(pixels, source, options);
        const result = resampleRgb(pixels, source, options);
        expect(result).toHaveLength(expected.length);
        result.forEach((value, i) => {
          expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1);
        });
      }),
    );
  });

  it('shows a window of a large picture as the free warp does', () => {
    // Rows of it are too long to be copied whole.
    const source = { width: 1500, height: 300 };
    const pixels = noise(source, 6);
    const options: WarpOptions = { size: { width: 60, height: 200 }, sourceFromResult: [1.25, 0, 901.5, 0, 1.4, -7], padding: 'zero', fill }; // prettier-ignore
    const expected = warpRgb(pixels, source, options);
    resampleRgb(pixels, source, options).forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1);
    });
  });

  it('averages with a triangle as wide as the step', () => {
    const source = { width: 64, height: 50 };
    const pixels = noise(source, 4);
    const [step, startX, startY] = [4, 20.25, 17.5];
    const result = resampleRgb(pixels, source, {
      ...{ size: { width: 5, height: 3 }, padding: 'zero', fill },
      sourceFromResult: [step, 0, startX, 0, step, startY],
    });
    const share = (at: number, centre: number) => Math.max(0, 1 - Math.abs(at - centre) / step);
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < 5; x++) {
        let [sum, total] = [0, 0];
        for (let row = 0; row < source.height; row++) {
          for (let column = 0; column < source.width; column++) {
            const weight = share(column, startX + step * x) * share(row, startY + step * y);
            sum += weight * pixels[(row * source.width + column) * 3 + 1]!;
            total += weight;
          }
        }
        expect(Math.abs(result[(y * 5 + x) * 3 + 1]! - sum / total)).toBeLessThanOrEqual(0.8);
      }
    }
  });

  it('keeps a plain picture plain, however much smaller it gets', () => {
    const source = { width: 301, height: 203 };
    const pixels = new Uint8Array(source.width * source.height * 3).fill(201);
    for (const step of [0.3, 1.7, 2, 5.3, 17, 400]) {
      const result = resampleRgb(pixels, source, {
        ...{ size: { width: 9, height: 7 }, padding: 'edge', fill },
        sourceFromResult: [step, 0, -3, 0, step, -2],
      });
      expect(new Set(result)).toEqual(new Set([201]));
    }
  });

  it('leaves a picture as it is that is too large for the memory that it keeps', () => {
    const source = { width: 3000, height: 2000 };
    const pixels = noise(source, 5);
    const options = { size: source, padding: 'zero', fill } as const;
    const result = resampleRgb(pixels, source, { ...options, sourceFromResult: identity });
    expect(Buffer.compare(result, pixels)).toBe(0);
  });

  it('refuses pixels that do not fill the source', () => {
    const source = { width: 4, height: 3 };
    const options = { size: source, padding: 'zero', fill, sourceFromResult: identity } as const;
    expect(() => resampleRgb(new Uint8Array(35), source, options)).toThrow(/4×3×3 bytes.*got 35/);
  });

  it('refuses an affine that turns, shears or mirrors', () => {
    const source = { width: 4, height: 3 };
    const turned: Affine[] = [
      [1, 0.1, 0, 0, 1, 0],
      [1, 0, 0, -0.1, 1, 0],
      [-1, 0, 3, 0, 1, 0],
    ];
    for (const sourceFromResult of turned) {
      expect(() =>
        resampleRgb(noise(source, 1), source, {
          ...{ size: source, sourceFromResult, padding: 'zero', fill },
        }),
      ).toThrow(/scales and moves, got/);
    }
  });
});
