import { expect, it } from 'vitest';
import { viewPair } from '../../src/augment/view-pair.ts';
import type { Inputs } from '../../src/engine/types.ts';
import { PAPER } from '../../src/methods/method.ts';
import { createNetwork } from '../../src/models/network.ts';
import { apply, compose, invert } from '../../src/pose/affine.ts';
import { cropFromInput } from '../../src/pose/crop-geometry.ts';
import { encodeGaussian } from '../../src/pose/heatmap.ts';
import { buildSkeleton } from '../../src/pose/skeleton.ts';
import type { Affine, Crop, CropSpec, Keypoint } from '../../src/pose/types.ts';
import {
  measureViews,
  type MeasureOptions,
  type ViewRunner,
} from '../../src/stages/measure-views.ts';

const names = ['left_shoulder', 'right_shoulder', 'left_hip', 'right_hip'];
const skeleton = buildSkeleton('torso', names, []);
const partner = [1, 0, 3, 2];
const input = { width: 96, height: 128 };
const heatmap = { width: 24, height: 32 };
const stored = { width: 120, height: 150 };
const margin = { width: 1.25, height: 1.25 };
const origin = 'edges' as const;
const spec: CropSpec = {
  ...{ input, margin, stored, origin, boxScale: 1.25, padding: 'zero', fill: [0, 0, 0] },
};
const crop: Crop = {
  ...{ id: 1, pixels: new Uint8Array(stored.width * stored.height * 3), size: stored },
  cropFromImage: [0.5, 0, 3, 0, 0.5, -5],
};
/** In pixels of the input. */
const body: readonly Keypoint[] = [
  { x: 60, y: 40, v: 2 },
  { x: 36, y: 42, v: 2 },
  { x: 55, y: 80, v: 2 },
  { x: 40, y: 84, v: 2 },
];
const imageFromInput = compose(invert(crop.cropFromImage), cropFromInput(spec));
const person = {
  cropId: 1,
  keypoints: body.map((joint) => ({ ...apply(imageFromInput, joint), v: joint.v })),
  box: { x: 0, y: 0, width: 200, height: 260 },
};

const options = (easy: string, hard: string): MeasureOptions => ({
  network: createNetwork('tiny', 4),
  geometry: { stored, input, heatmap, mean: [0, 0, 0], std: [1, 1, 1] },
  settings: { ...PAPER, align: origin, views: viewPair(easy, hard) },
  ...{
    spec,
    skeleton,
    decode: { refine: 'quarter-each-axis', empty: 'highest' },
    batch: 2,
    seed: 4,
  },
});

/** A network that knows where the joints are, and misses all of them in the hard view by `miss` input pixels. */
function knowing(isOnTop: boolean, miss: number): ViewRunner {
  const affine = (rows: ArrayLike<number>, i: number) =>
    Array.from({ length: 6 }, (_, k) => rows[i * 8 + k]!) as unknown as Affine;
  const draw = (cropFromView: Affine, by: number) => {
    const [a, b, , d, e] = cropFromView;
    const isMirrored = a * e - b * d < 0;
    const seen = body.map(({ x, y }) => {
      const inView = apply(compose(invert(cropFromView), cropFromInput(spec)), { x, y });
      return { x: inView.x + by, y: inView.y, v: 2 as const };
    });
    const joints = isMirrored ? partner.map((j) => seen[j]!) : seen;
    const map = new Float32Array(heatmap.width * heatmap.height * 4);
    encodeGaussian(joints, { heatmap, stride: 4, sigma: 1, origin }, map);
    return [...map];
  };
  const answer = (inputs: Inputs) => {
    const views = [0, 1].map((i) => {
      const easy = affine(inputs['easyViews']!, i);
      const hard = affine(inputs['hardViews']!, i);
      return { easy, hard: isOnTop ? compose(easy, hard) : hard };
    });
    const named = (data: number[]) => ({ shape: [], data: Float32Array.from(data) });
    return {
      easy: named(views.flatMap(({ easy }) => draw(easy, 0))),
      hard: named(views.flatMap(({ hard }) => draw(hard, miss))),
    };
  };
  return { run: (calls) => Promise.resolve(calls.map(answer)) };
}

it.each([
  ['affine30', 'affine60', true],
  ['affine60', 'affine30', false],
  ['original', 'affine60', true],
] as const)(
  '%s and %s: joints are found where they are in both views, mirrored or not',
  async (easy, hard, isOnTop) => {
    const people = Array.from({ length: 5 }, () => person);
    const read = () => Promise.resolve(crop);
    const right = await measureViews(knowing(isOnTop, 0), options(easy, hard), people, 4, read);
    expect(right).toMatchObject({ easy: 100, hard: 100, gap: 0, error: 0, people: 5 });
    const wrong = await measureViews(knowing(isOnTop, 40), options(easy, hard), people, 4, read);
    expect(wrong.easy).toBe(100);
    expect(wrong.hard).toBeLessThan(15);
    expect(wrong.gap).toBeCloseTo(100 - wrong.hard, 9);
  },
);
