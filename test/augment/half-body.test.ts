import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfBodyView } from '../../src/augment/half-body.ts';
import { apply, invert } from '../../src/pose/affine.ts';
import { rng } from '../../src/pose/random.ts';
import type { Keypoint } from '../../src/pose/types.ts';

const joints = [
  ...['right_ankle', 'right_knee', 'right_hip', 'left_hip', 'left_knee', 'left_ankle'],
  ...['right_wrist', 'right_elbow', 'right_shoulder', 'left_shoulder', 'left_elbow'],
];
const input = { width: 96, height: 128 };
const body = fc.array(
  fc.record({ x: fc.integer({ min: 0, max: 95 }), y: fc.integer({ min: 0, max: 127 }) }),
  { minLength: joints.length, maxLength: joints.length },
);
/** The reference centres the view on the mean of the joints and shows 0.75 of their extent to either side. */
function isCentred(half: readonly { x: number; y: number }[]): boolean {
  return [half.map(({ x }) => x), half.map(({ y }) => y)].every((values) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.abs(mean - (low + high) / 2) <= (high - low) / 4;
  });
}
const labelled = (points: readonly { x: number; y: number }[]): Keypoint[] =>
  points.map((point) => ({ ...point, v: 2 }));

describe('a half-body view', () => {
  it('shows every joint of one half that is spread about its mean, upright and undistorted', () => {
    let [uppers, lowers] = [0, 0];
    fc.assert(
      fc.property(body, fc.nat(), (points, seed) => {
        fc.pre(isCentred(points.slice(0, 6)) && isCentred(points.slice(6)));
        const view = halfBodyView(labelled(points), { joints }, input, rng(seed, 'half', 0, 0))!;
        const [a, b, , d, e] = view;
        expect([b, d]).toEqual([0, 0]);
        expect(a).toBe(e);
        const isSeen = points.map((point) => {
          const { x, y } = apply(invert(view), point);
          return x > -1 && y > -1 && x < input.width + 1 && y < input.height + 1;
        });
        const lower = isSeen.slice(0, 6).every(Boolean);
        const upper = isSeen.slice(6).every(Boolean);
        expect(lower || upper).toBe(true);
        if (upper && !lower) uppers += 1;
        if (lower && !upper) lowers += 1;
      }),
    );
    expect(uppers + lowers).toBeGreaterThan(0);
  });

  it('needs eight labelled joints', () => {
    const few = joints.map((_, i): Keypoint => ({ x: i, y: i, v: i < 7 ? 2 : 0 }));
    expect(halfBodyView(few, { joints }, input, rng(1, 'half', 0, 0))).toBeUndefined();
  });
});
