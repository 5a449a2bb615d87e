import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packTransforms } from '../../src/augment/transforms.ts';
import {
  drawEasy,
  drawExtra,
  marginFor,
  moveKeypoints,
  sourceFromView,
  toHeatmapFrame,
  VIEWS,
} from '../../src/augment/views.ts';
import { warpRgb } from '../../src/image/warp.ts';
import { apply, compose, invert } from '../../src/pose/affine.ts';
import { inputFromHeatmap } from '../../src/pose/decode.ts';
import { rng } from '../../src/pose/random.ts';
import type { Keypoint, PixelOrigin } from '../../src/pose/types.ts';

const origin = fc.constantFrom<PixelOrigin>('centres', 'edges');
const side = fc.integer({ min: 16, max: 96 });
const size = fc.record({ width: side, height: side });
const easy = fc.nat().map((sample) => drawEasy(rng(1, 'easy view', 0, sample)));

describe('view draws', () => {
  const draws = Array.from({ length: 4000 }, (_, i) => drawEasy(rng(3, 'easy view', i, 0)));
  const extras = Array.from({ length: 4000 }, (_, i) => drawExtra(rng(3, 'hard view', i, 0)));
  const share = <T>(values: readonly T[], is: (value: T) => boolean) =>
    values.filter(is).length / values.length;

  it('turn 60 % of easy views and 80 % of extra warps', () => {
    expect(share(draws, ({ degrees }) => degrees !== 0)).toBeCloseTo(0.6, 1);
    expect(share(extras, ({ degrees }) => degrees !== 0)).toBeCloseTo(0.8, 1);
  });

  it('mirror half of the easy views and no extra warp', () => {
    expect(share(draws, ({ mirror }) => mirror)).toBeCloseTo(0.5, 1);
    expect(extras.every(({ mirror }) => !mirror)).toBe(true);
  });

  it('stay within 60 degrees and 0.75 to 1.25, clipped at both ends', () => {
    for (const { degrees, scale } of [...draws, ...extras]) {
      expect(Math.abs(degrees)).toBeLessThanOrEqual(60);
      expect(scale).toBeGreaterThanOrEqual(0.75);
      expect(scale).toBeLessThanOrEqual(1.25);
    }
    // One deviation is the clip: 16 % pile up on each side.
    expect(share(draws, ({ scale }) => scale === 1.25)).toBeCloseTo(0.16, 1);
    expect(share(draws, ({ scale }) => scale === 0.75)).toBeCloseTo(0.16, 1);
  });

  it('state their parameters and their source', () => {
    for (const { source } of Object.values(VIEWS)) expect(source).toMatch(/Semi_Human_Pose/);
  });
});

describe('sourceFromView', () => {
  it('turns the content without shear on non-square inputs and keeps the centre', () => {
    fc.assert(
      fc.property(easy, size, origin, (draw, input, at) => {
        const [a, b, , d, e] = sourceFromView(draw, input, at);
        expect(Math.hypot(a, d)).toBeCloseTo(draw.scale, 10);
        expect(Math.hypot(b, e)).toBeCloseTo(draw.scale, 10);
        expect(a * b + d * e).toBeCloseTo(0, 10);
        const inset = at === 'edges' ? 1 : 0;
        const centre = { x: (input.width - inset) / 2, y: (input.height - inset) / 2 };
        const moved = apply(sourceFromView(draw, input, at), centre);
        expect(moved.x).toBeCloseTo(centre.x, 9);
        expect(moved.y).toBeCloseTo(centre.y, 9);
      }),
    );
  });

  it('is [[c, q], [-q, c]] about the centre, first row negative when mirrored', () => {
    const draw = { degrees: 30, scale: 1.2, mirror: true };
    const [c, q] = [1.2 * Math.cos(Math.PI / 6), 1.2 * Math.sin(Math.PI / 6)];
    const [a, b, , d, e] = sourceFromView(draw, { width: 65, height: 65 }, 'edges');
    expect([a, b, d, e]).toEqual(
      [-c, -q, -q, c].map((value) => expect.closeTo(value, 12) as number),
    );
  });

  it('zooms out where scale is above 1', () => {
    const view = sourceFromView(
      { degrees: 0, scale: 1.25, mirror: false },
      { width: 40, height: 80 },
      'centres',
    );
    expect(apply(view, { x: 0, y: 0 })).toEqual({ x: -5, y: -10 });
  });
});

describe('toHeatmapFrame', () => {
  it('is the same view seen through the heatmap', () => {
    fc.assert(
      fc.property(easy, size, origin, fc.record({ x: side, y: side }), (draw, input, at, place) => {
        const view = sourceFromView(draw, input, at);
        const toInput = inputFromHeatmap(4, at);
        const throughInput = apply(view, apply(toInput, place));
        const throughHeatmap = apply(toInput, apply(toHeatmapFrame(view, 4, at), place));
        expect(throughHeatmap.x).toBeCloseTo(throughInput.x, 8);
        expect(throughHeatmap.y).toBeCloseTo(throughInput.y, 8);
      }),
    );
  });

  it('turns the heatmap about its own centre', () => {
    const heatmap = { width: 12, height: 20 };
    const draw = { degrees: 25, scale: 0.9, mirror: true };
    for (const at of ['centres', 'edges'] as const) {
      const view = toHeatmapFrame(sourceFromView(draw, { width: 48, height: 80 }, at), 4, at);
      sourceFromView(draw, heatmap, at).forEach((value, i) => {
        expect(view[i]).toBeCloseTo(value, 9);
      });
    }
  });
});

describe('moveKeypoints', () => {
  /** A picture whose bright blob is `keypoint`; returns the centre of mass of brightness in the view. */
  const blob = (keypoint: { x: number; y: number }, width: number, height: number) =>
    Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      const squared =
        ((pixel % width) - keypoint.x) ** 2 + (Math.floor(pixel / width) - keypoint.y) ** 2;
      return 255 * Math.exp(-squared / 8);
    });

  it('moves keypoints with their pixels, on non-square sizes', () => {
    fc.assert(
      fc.property(easy, origin, fc.double({ min: -6, max: 6, noNaN: true }), (draw, at, shift) => {
        const input = { width: 72, height: 48 };
        const keypoint: Keypoint = { x: 36 + shift, y: 24 - shift / 2, v: 2 };
        const view = sourceFromView(draw, input, at);
        const pixels = warpRgb(blob(keypoint, 72, 48), input, {
          size: input,
          sourceFromResult: view,
          padding: 'zero',
          fill: [0, 0, 0],
        });
        const sums = { mass: 0, x: 0, y: 0 };
        for (let i = 0; i < pixels.length; i += 3) {
          const pixel = i / 3;
          sums.mass += pixels[i]!;
          sums.x += pixels[i]! * (pixel % 72);
          sums.y += pixels[i]! * Math.floor(pixel / 72);
        }
        const [moved] = moveKeypoints([keypoint], invert(view), [], draw.mirror);
        expect(Math.abs(sums.x / sums.mass - moved!.x)).toBeLessThan(0.2);
        expect(Math.abs(sums.y / sums.mass - moved!.y)).toBeLessThan(0.2);
      }),
      { numRuns: 60 },
    );
  });

  it('makes a mirrored left a right, visibility included', () => {
    const keypoints: Keypoint[] = [
      { x: 1, y: 2, v: 2 },
      { x: 8, y: 3, v: 1 },
      { x: 5, y: 5, v: 0 },
    ];
    const mirror = invert(
      sourceFromView({ degrees: 0, scale: 1, mirror: true }, { width: 11, height: 9 }, 'edges'),
    );
    expect(moveKeypoints(keypoints, mirror, [[0, 1]], true)).toEqual([
      { x: 2, y: 3, v: 1 },
      { x: 9, y: 2, v: 2 },
      { x: 5, y: 5, v: 0 },
    ]);
    expect(moveKeypoints(keypoints, mirror, [[0, 1]], false)[0]).toEqual({ x: 9, y: 2, v: 2 });
  });
});

describe('marginFor', () => {
  const corners = (width: number, height: number) => [
    { x: 0, y: 0 },
    { x: width, y: 0 },
    { x: 0, y: height },
    { x: width, y: height },
  ];

  it('holds every easy view', () => {
    fc.assert(
      fc.property(easy, size, (draw, input) => {
        const margin = marginFor(input);
        const view = sourceFromView(draw, input, 'centres');
        for (const corner of corners(input.width, input.height)) {
          const at = apply(view, corner);
          expect(Math.abs(at.x - input.width / 2)).toBeLessThanOrEqual(
            (margin.width * input.width) / 2 + 1e-9,
          );
          expect(Math.abs(at.y - input.height / 2)).toBeLessThanOrEqual(
            (margin.height * input.height) / 2 + 1e-9,
          );
        }
      }),
    );
  });

  it('is no wider than the worst easy view needs', () => {
    const input = { width: 192, height: 256 };
    const reach = { x: 0, y: 0 };
    for (let degrees = -60; degrees <= 60; degrees += 0.25) {
      const view = sourceFromView({ degrees, scale: 1.25, mirror: false }, input, 'centres');
      for (const corner of corners(input.width, input.height)) {
        const at = apply(view, corner);
        reach.x = Math.max(reach.x, (2 * Math.abs(at.x - 96)) / 192);
        reach.y = Math.max(reach.y, (2 * Math.abs(at.y - 128)) / 256);
      }
    }
    const margin = marginFor(input);
    expect(margin.width).toBeCloseTo(reach.x, 3);
    expect(margin.height).toBeCloseTo(reach.y, 3);
    expect(marginFor({ width: 64, height: 64 }).width).toBeCloseTo(1.25 * Math.SQRT2, 12);
  });
});

describe('packTransforms', () => {
  it('writes one row of eight a sample', () => {
    const rows = packTransforms([
      compose([1, 2, 3, 4, 5, 6], [1, 0, 0, 0, 1, 0]),
      [7, 8, 9, 10, 11, 12],
    ]);
    expect([...rows]).toEqual([1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0]);
  });
});
