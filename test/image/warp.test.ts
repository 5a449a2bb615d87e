import { describe, expect, it } from 'vitest';
import { warpRgb } from '../../src/image/warp.ts';
import { colourAt, gradient, noise } from '../support/pictures.ts';

const source = { width: 30, height: 20 };
const fill = [11, 22, 33] as const;

describe('warpRgb', () => {
  it('by the identity gives the picture back', () => {
    const pixels = noise(source, 1);
    for (const padding of ['zero', 'edge'] as const) {
      const result = warpRgb(pixels, source, {
        size: source,
        sourceFromResult: [1, 0, 0, 0, 1, 0],
        padding,
        fill,
      });
      expect(result).toEqual(pixels);
    }
  });

  it('interpolates between pixels by their distance', () => {
    const size = { width: 12, height: 9 };
    const result = warpRgb(gradient(source), source, {
      size,
      sourceFromResult: [1.3, 0.4, 3.25, -0.3, 1.1, 5.5],
      padding: 'zero',
      fill,
    });
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        const at = { x: 1.3 * x + 0.4 * y + 3.25, y: -0.3 * x + 1.1 * y + 5.5 };
        const isInside =
          at.x >= 0 && at.y >= 0 && at.x <= source.width - 1 && at.y <= source.height - 1;
        if (!isInside) continue;
        const i = (y * size.width + x) * 3;
        // The source is rounded once, the result once.
        expect(Math.abs(result[i]! - colourAt(at.x, source.width))).toBeLessThanOrEqual(1);
        expect(Math.abs(result[i + 1]! - colourAt(at.y, source.height))).toBeLessThanOrEqual(1);
      }
    }
  });

  it('mixes the fill in where taps lie outside, and shows it alone beyond', () => {
    const pixels = new Uint8Array(source.width * source.height * 3).fill(200);
    const at = (shift: number) => [
      ...warpRgb(pixels, source, {
        size: { width: 1, height: 1 },
        sourceFromResult: [1, 0, shift, 0, 1, 4],
        padding: 'zero',
        fill,
      }),
    ];
    expect(at(-0.25)).toEqual(
      [200, 200, 200].map((v, i) => Math.round(0.75 * v + 0.25 * fill[i]!)),
    );
    expect(at(-1)).toEqual([...fill]);
    expect(at(-7)).toEqual([...fill]);
    expect(at(29.5)).toEqual([200, 200, 200].map((v, i) => Math.round(0.5 * v + 0.5 * fill[i]!)));
    expect(at(30)).toEqual([...fill]);
    expect(at(29)).toEqual([200, 200, 200]);
  });

  it('repeats the nearest pixel where it is asked to', () => {
    const pixels = gradient(source);
    const result = warpRgb(pixels, source, {
      size: { width: 50, height: 40 },
      sourceFromResult: [1, 0, -10, 0, 1, -10],
      padding: 'edge',
      fill,
    });
    const at = (x: number, y: number) => [
      ...result.subarray((y * 50 + x) * 3, (y * 50 + x) * 3 + 3),
    ];
    expect(at(0, 0)).toEqual([...pixels.subarray(0, 3)]);
    expect(at(49, 39)).toEqual([...pixels.subarray(pixels.length - 3)]);
    expect(at(3, 15)).toEqual([...pixels.subarray(5 * 30 * 3, 5 * 30 * 3 + 3)]);
  });

  it('refuses pixels that do not fit the size', () => {
    const options = {
      size: source,
      sourceFromResult: [1, 0, 0, 0, 1, 0],
      padding: 'zero',
      fill,
    } as const;
    expect(() => warpRgb(new Uint8Array(10), source, options)).toThrow(/30×20×3 bytes.*got 10/);
  });
});
