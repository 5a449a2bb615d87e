import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredTarget } from '../../db/targets.ts';
import type { Frame } from '../../src/augment/placement.ts';
import { inBothFrames } from '../../src/augment/placement.ts';
import { sourceFromView } from '../../src/augment/views.ts';
import { apply, identity, invert } from '../../src/pose/affine.ts';
import { encodeGaussian } from '../../src/pose/heatmap.ts';
import type { Affine, Point } from '../../src/pose/types.ts';
import { ensembled } from '../../src/stages/ensemble-target.ts';
import { maxDifference } from '../support/golden.ts';

const frame: Frame = { input: { width: 96, height: 128 }, stride: 4, origin: 'edges' };
const size = { width: 24, height: 32 };
/** left and right hand, head */
const skeleton = { joints: ['l', 'r', 'h'], flipPairs: [[0, 1]] as const };

/** A target whose joint `channel` lies at `at` of the canonical heatmap, seen in `view`. */
function targetOf(at: Point, channel: number, view: Affine, flip: boolean): StoredTarget {
  const place = apply(invert(inBothFrames(view, frame).heatmap), at);
  const heatmap = new Float32Array(24 * 32 * 3);
  const keypoints = skeleton.joints.map(
    (_, joint) => ({ ...place, v: joint === channel ? 2 : 0 }) as const,
  );
  // In heatmap pixels already: stride 1.
  encodeGaussian(keypoints, { heatmap: size, stride: 1, sigma: 2, origin: 'centres' }, heatmap);
  return { heatmap, shape: [32, 24, 3], view, flip, peaks: Float32Array.of(1, 1, 1), step: 1 };
}

/** Centre of mass of a channel, heatmap pixels. */
function centre({ heatmap }: StoredTarget, channel: number): Point {
  let [sum, x, y] = [0, 0, 0];
  for (let pixel = 0; pixel < 24 * 32; pixel++) {
    const value = heatmap[pixel * 3 + channel]!;
    sum += value;
    x += value * (pixel % 24);
    y += value * Math.floor(pixel / 24);
  }
  return { x: x / sum, y: y / sum };
}

const draws = fc.record({
  degrees: fc.double({ min: -40, max: 40, noNaN: true }),
  scale: fc.double({ min: 0.9, max: 1.2, noNaN: true }),
  mirror: fc.boolean(),
});

describe('a target that is taught again', () => {
  it('in the same view is the mean that the decay asks for, and its peaks are those of the mean', () => {
    const earlier = targetOf({ x: 8, y: 20 }, 0, identity, false);
    const fresh = targetOf({ x: 14, y: 9 }, 0, identity, false);
    const result = ensembled(fresh, earlier, { decay: 0.6, frame, skeleton });
    const expected = fresh.heatmap.map((value, i) => 0.6 * earlier.heatmap[i]! + 0.4 * value);
    expect(maxDifference(result.heatmap, expected)).toBeLessThan(1e-6);
    expect(result.peaks[0]).toBeCloseTo(0.6, 5);
    expect(result).toMatchObject({ view: fresh.view, flip: fresh.flip, step: fresh.step });
  });

  it('keeps a joint where it is, whatever two views, mirrored or not, it was seen in', () => {
    fc.assert(
      fc.property(draws, draws, (one, two) => {
        const at = { x: 12, y: 15 };
        const view = (draw: typeof one) => sourceFromView(draw, frame.input, frame.origin);
        // What is the left hand in one view is the right one in its mirror image.
        const seen = (draw: typeof one) =>
          targetOf(at, draw.mirror ? 1 : 0, view(draw), draw.mirror);
        const [earlier, fresh] = [seen(one), seen(two)];
        const result = ensembled(fresh, earlier, { decay: 0.99, frame, skeleton });
        const channel = two.mirror ? 1 : 0;
        const [got, wanted] = [centre(result, channel), centre(fresh, channel)];
        expect(Math.hypot(got.x - wanted.x, got.y - wanted.y)).toBeLessThan(0.15);
        const other = 1 - channel;
        expect(Math.max(...result.heatmap.filter((_, i) => i % 3 === other))).toBeLessThan(1e-6);
      }),
      { numRuns: 100 },
    );
  });

  it('is the fresh one where the earlier view did not reach', () => {
    const far: Affine = [1, 0, 60, 0, 1, 0];
    const earlier = targetOf({ x: 20, y: 15 }, 0, far, false);
    const fresh = targetOf({ x: 4, y: 15 }, 0, identity, false);
    const result = ensembled(fresh, earlier, { decay: 0.9, frame, skeleton });
    // Columns left of 15 lie outside the earlier view.
    for (let pixel = 0; pixel < 24 * 32; pixel++) {
      if (pixel % 24 < 14) expect(result.heatmap[pixel * 3]).toBe(fresh.heatmap[pixel * 3]);
    }
    expect(result.peaks[0]).toBeCloseTo(1, 3);
  });

  it('of two teachers keeps the channels of each', () => {
    const both = (target: StoredTarget): StoredTarget => {
      const heatmap = new Float32Array(24 * 32 * 6);
      for (let pixel = 0; pixel < 24 * 32; pixel++)
        for (let joint = 0; joint < 3; joint++)
          heatmap[pixel * 6 + 3 + joint] = target.heatmap[pixel * 3 + joint]!;
      return { ...target, heatmap, shape: [32, 24, 6] };
    };
    const mirror = sourceFromView({ degrees: 0, scale: 1, mirror: true }, frame.input, 'edges');
    const earlier = both(targetOf({ x: 6, y: 10 }, 1, mirror, true));
    const fresh = both(targetOf({ x: 6, y: 10 }, 0, identity, false));
    const result = ensembled(fresh, earlier, { decay: 0.5, frame, skeleton });
    expect(maxDifference(result.heatmap, fresh.heatmap)).toBeLessThan(1e-5);
  });
});
