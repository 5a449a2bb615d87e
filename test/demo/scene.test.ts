import { describe, expect, it } from 'vitest';
import { randomBackground } from '../../src/demo/background.ts';
import { randomBody } from '../../src/demo/body.ts';
import { randomScene } from '../../src/demo/scene.ts';
import { FIGURE_EDGES, FIGURE_JOINTS } from '../../src/demo/skeleton.ts';
import { dealTraits } from '../../src/demo/traits.ts';
import { rng } from '../../src/pose/random.ts';

const bodies = Array.from({ length: 400 }, (_, i) => randomBody(rng(3, 'test/body', 0, i), 128));
const distance = (a: { x: number; y: number }, b: { x: number; y: number }) =>
  Math.hypot(a.x - b.x, a.y - b.y);

describe('randomBody', () => {
  it('is 55 to 85 percent of the picture tall, with limbs in proportion to its height', () => {
    for (const { height, joints } of bodies) {
      expect(height).toBeGreaterThanOrEqual(0.55 * 128);
      expect(height).toBeLessThan(0.85 * 128);
      const thigh = distance(joints.left_hip, joints.left_knee) / height;
      expect(thigh).toBeGreaterThanOrEqual(0.24 * 0.9 - 1e-9);
      expect(thigh).toBeLessThanOrEqual(0.24 * 1.1 + 1e-9);
      expect(distance(joints.right_hip, joints.right_knee) / height).toBeCloseTo(thigh, 9);
    }
  });

  it('has its right side on the viewer’s left when it stands upright', () => {
    const upright = bodies.filter(({ lean }) => Math.abs(lean) < 10);
    expect(upright.length).toBeGreaterThan(50);
    for (const { joints } of upright) {
      expect(joints.right_shoulder.x).toBeLessThan(joints.left_shoulder.x);
      expect(joints.right_hip.x).toBeLessThan(joints.left_hip.x);
    }
  });

  it('leans with a standard deviation of about 0.15 radian', () => {
    const leans = bodies.map(({ lean }) => (lean * Math.PI) / 180);
    const deviation = Math.sqrt(leans.reduce((sum, lean) => sum + lean * lean, 0) / leans.length);
    expect(deviation).toBeGreaterThan(0.12);
    expect(deviation).toBeLessThan(0.18);
  });

  it('has a box that holds every joint with 6 percent of the height around', () => {
    for (const { box, joints, height } of bodies) {
      const xs = FIGURE_JOINTS.map((name) => joints[name].x);
      expect(box.x).toBeCloseTo(Math.min(...xs) - 0.06 * height, 9);
      expect(box.x + box.width).toBeCloseTo(Math.max(...xs) + 0.06 * height, 9);
    }
  });
});

describe('randomScene', () => {
  it('hides a joint exactly where an occluder lies over it', () => {
    const scenes = dealTraits(5, 'test', 200).map((traits, i) =>
      randomScene(rng(5, 'test/scene', 0, i), 64, traits),
    );
    expect(scenes.filter(({ svg }) => svg.includes('<rect'))).toHaveLength(60);
    for (const { svg, keypoints } of scenes) {
      const rect = /<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"/.exec(svg);
      for (const { x, y, v } of keypoints) {
        if (v === 0) continue;
        const [left, top, width, height] = (rect ?? []).slice(1).map(Number);
        const isUnder =
          rect !== null && x >= left! && x <= left! + width! && y >= top! && y <= top! + height!;
        // The drawing is rounded to hundredths of a pixel; no joint of these scenes is that near to an edge.
        expect(v).toBe(isUnder ? 1 : 2);
      }
    }
  });
});

describe('dealTraits', () => {
  const traits = dealTraits(1, 'labeled', 100);
  const tally = (values: readonly number[]) =>
    [...new Set(values)].sort((a, b) => a - b).map((one) => [one, values.filter((v) => v === one)]);

  it('gives every kind of background and every number of bars an equal share, and covers three in ten', () => {
    for (const [values, smallest, kinds] of [
      [traits.map(({ patches }) => patches), 6, 8],
      [traits.map(({ bars }) => bars), 3, 5],
    ] as const) {
      const shares = tally(values);
      expect(shares.map(([one]) => one)).toEqual(
        Array.from({ length: kinds }, (_, i) => smallest + i),
      );
      for (const [, { length }] of shares as [number, number[]][]) {
        expect(Math.abs(length - 100 / kinds)).toBeLessThan(1);
      }
    }
    expect(traits.filter(({ isCovered }) => isCovered)).toHaveLength(30);
  });

  it('deals each trait for itself, anew for each split and seed', () => {
    const covered = traits.filter(({ isCovered }) => isCovered);
    expect(new Set(covered.map(({ patches }) => patches)).size).toBeGreaterThan(5);
    expect(dealTraits(1, 'labeled', 100)).toEqual(traits);
    expect(dealTraits(1, 'test', 100)).not.toEqual(traits);
    expect(dealTraits(2, 'labeled', 100)).not.toEqual(traits);
  });
});

describe('randomBackground', () => {
  it('covers a picture of any size with varied colours', () => {
    const pixels = randomBackground(rng(1, 'test/background', 0, 0), 48, 5);
    expect(pixels).toHaveLength(48 * 48 * 3);
    const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    const variance = pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels.length;
    expect(mean).toBeGreaterThan(60);
    expect(mean).toBeLessThan(195);
    expect(Math.sqrt(variance)).toBeGreaterThan(30);
  });
});

describe('the figure skeleton', () => {
  it('is a connected drawing of all 14 joints', () => {
    const reached = new Set([0]);
    // A set is walked on through what is added on the way.
    for (const joint of reached) {
      for (const [a, b] of FIGURE_EDGES) {
        if (a === joint) reached.add(b);
        if (b === joint) reached.add(a);
      }
    }
    expect(reached.size).toBe(FIGURE_JOINTS.length);
  });
});
