import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../../src/pose/affine.ts';
import { decodeHeatmaps, heatmapFromInput, inputFromHeatmap } from '../../src/pose/decode.ts';
import { encodeGaussian, encodeMsra, type Encode } from '../../src/pose/heatmap.ts';
import type { Keypoint, PixelOrigin } from '../../src/pose/types.ts';

const heatmap = { width: 12, height: 20 };
const stride = 4;
const input = { width: 48, height: 80 };

const origin = fc.constantFrom<PixelOrigin>('centres', 'edges');
const keypoint = fc.record({
  x: fc.double({ min: 12, max: input.width - 14, noNaN: true }),
  y: fc.double({ min: 12, max: input.height - 14, noNaN: true }),
  v: fc.constantFrom<1 | 2>(1, 2),
});

function encode(how: Encode, keypoints: Keypoint[], at: PixelOrigin, sigma = 1.5) {
  const out = new Float32Array(heatmap.width * heatmap.height * keypoints.length);
  return { out, weights: how(keypoints, { heatmap, stride, sigma, origin: at }, out) };
}

describe('heatmap targets', () => {
  it('decode to within a quarter of a heatmap pixel, Gaussians on non-square maps', () => {
    fc.assert(
      fc.property(fc.array(keypoint, { minLength: 1, maxLength: 5 }), origin, (keypoints, at) => {
        const { out, weights } = encode(encodeGaussian, keypoints, at);
        expect([...weights]).toEqual(keypoints.map(() => 1));
        const [decoded] = decodeHeatmaps(out, { batch: 1, heatmap, joints: keypoints.length });
        decoded!.forEach((peak, joint) => {
          const found = apply(inputFromHeatmap(stride, at), peak);
          expect(Math.abs(found.x - keypoints[joint]!.x)).toBeLessThanOrEqual(0.2501 * stride);
          expect(Math.abs(found.y - keypoints[joint]!.y)).toBeLessThanOrEqual(0.2501 * stride);
        });
      }),
    );
  });

  it('decode exactly to the rounded pixel, MSRA', () => {
    fc.assert(
      fc.property(keypoint, (one) => {
        const { out } = encode(encodeMsra, [one], 'centres', 2);
        const [[peak]] = decodeHeatmaps(out, { batch: 1, heatmap, joints: 1 }) as [
          [{ x: number; y: number; score: number }],
        ];
        expect(peak).toEqual({
          x: Math.trunc(one.x / stride + 0.5),
          y: Math.trunc(one.y / stride + 0.5),
          score: 1,
        });
      }),
    );
  });

  it.each([encodeMsra, encodeGaussian])('leave out joints without label or far outside', (how) => {
    const keypoints: Keypoint[] = [
      { x: 20, y: 30, v: 0 },
      { x: -40, y: 30, v: 2 },
      { x: 20, y: 30, v: 1 },
      { x: 20, y: input.height + 40, v: 2 },
    ];
    const { out, weights } = encode(how, keypoints, 'edges', 1);
    expect([...weights]).toEqual([0, 0, 1, 0]);
    const peaks = decodeHeatmaps(out, { batch: 1, heatmap, joints: 4 })[0]!;
    expect(peaks.map(({ score }) => score > 0)).toEqual([false, false, true, false]);
  });

  it('write into the joint they belong to', () => {
    const { out } = encode(
      encodeMsra,
      [
        { x: 8, y: 40, v: 2 },
        { x: 40, y: 8, v: 2 },
      ],
      'centres',
      1,
    );
    expect(out[(10 * heatmap.width + 2) * 2]).toBe(1);
    expect(out[(2 * heatmap.width + 10) * 2 + 1]).toBe(1);
    expect(out[(10 * heatmap.width + 2) * 2 + 1]).toBe(0);
  });

  it('say which size they expected', () => {
    expect(() =>
      encodeMsra(
        [{ x: 1, y: 1, v: 2 }],
        { heatmap, stride, sigma: 1, origin: 'centres' },
        new Float32Array(3),
      ),
    ).toThrow('Expected a target of 20 x 12 x 1 = 240 numbers, got 3');
  });
});

describe('decodeHeatmaps', () => {
  const map = (pixels: Record<string, number>) => {
    const out = new Float32Array(heatmap.width * heatmap.height);
    for (const [place, value] of Object.entries(pixels)) {
      const [x, y] = place.split(',').map(Number) as [number, number];
      out[y * heatmap.width + x] = value;
    }
    return out;
  };
  const decode = (out: Float32Array, options = {}) =>
    decodeHeatmaps(out, { batch: 1, heatmap, joints: 1, ...options })[0]![0];

  it('takes the first of equal maxima in row-major order', () => {
    expect(decode(map({ '7,3': 1, '2,9': 1 }))).toMatchObject({ x: 7, y: 3 });
  });

  it('moves a quarter towards the higher neighbour', () => {
    expect(decode(map({ '5,5': 1, '6,5': 0.5, '5,4': 0.2 }))).toEqual({
      x: 5.25,
      y: 4.75,
      score: 1,
    });
    expect(decode(map({ '5,5': 1, '6,5': 0.5 }), { refine: 'none' })).toEqual({
      x: 5,
      y: 5,
      score: 1,
    });
  });

  it('treats pixels near the border by rule', () => {
    const nearBorder = map({ '1,5': 1, '2,5': 0.5, '1,6': 0.5 });
    expect(decode(nearBorder)).toMatchObject({ x: 1, y: 5 });
    expect(decode(nearBorder, { refine: 'quarter-each-axis' })).toMatchObject({ x: 1.25, y: 5.25 });
    const atBorder = map({ '0,5': 1, '1,5': 0.5, '0,6': 0.5 });
    expect(decode(atBorder, { refine: 'quarter-each-axis' })).toMatchObject({ x: 0, y: 5.25 });
  });

  it('puts maps without a positive value at the origin, or at their highest pixel', () => {
    const negative = map({ '4,4': -0.5 }).fill(-1);
    negative[4 * heatmap.width + 4] = -0.5;
    expect(decode(negative)).toEqual({ x: 0, y: 0, score: -0.5 });
    expect(decode(negative, { empty: 'highest' })).toMatchObject({ x: 4, y: 4 });
  });

  it('says which size it expected', () => {
    expect(() => decode(new Float32Array(5))).toThrow(
      'Expected 1 x 20 x 12 x 1 heatmap values, got 5',
    );
  });
});

describe('inputFromHeatmap', () => {
  it('keeps pixel centres at integers or aligns the edges', () => {
    expect(apply(inputFromHeatmap(4, 'centres'), { x: 3, y: 0 })).toEqual({ x: 12, y: 0 });
    expect(apply(inputFromHeatmap(4, 'edges'), { x: 3, y: 0 })).toEqual({ x: 13.5, y: 1.5 });
    expect(apply(heatmapFromInput(4, 'edges'), { x: 13.5, y: 1.5 })).toEqual({ x: 3, y: 0 });
  });
});
