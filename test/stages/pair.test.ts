import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { viewPair } from '../../src/augment/view-pair.ts';
import { marginFor, drawEasy, sourceFromView } from '../../src/augment/views.ts';
import { openEngine } from '../../src/engine/choose.ts';
import { tf } from '../../src/engine/tf.ts';
import type { Step, Tensors } from '../../src/engine/types.ts';
import { PLAIN } from '../../src/methods/learning.ts';
import {
  labelledInputs,
  PAPER,
  poolInputs,
  type Method,
  type MethodSettings,
} from '../../src/methods/method.ts';
import { dualOnline as dual } from '../../src/methods/dual.ts';
import { naive } from '../../src/methods/naive.ts';
import { pi } from '../../src/methods/pi.ts';
import { pseudoPose } from '../../src/methods/pseudo-pose.ts';
import { singleCached, singleOnline } from '../../src/methods/single.ts';
import { drawView, type StepGeometry } from '../../src/methods/view.ts';
import { apply, compose, identity, invert } from '../../src/pose/affine.ts';
import { cropFromInput } from '../../src/pose/crop-geometry.ts';
import { inputFromHeatmap } from '../../src/pose/decode.ts';
import { encodeGaussian } from '../../src/pose/heatmap.ts';
import { rng } from '../../src/pose/random.ts';
import { buildSkeleton } from '../../src/pose/skeleton.ts';
import type { Affine, CropSpec, Keypoint, PixelOrigin, Point } from '../../src/pose/types.ts';
import { batch, type BatchContext } from '../../src/stages/batch.ts';
import { createBatchMemory } from '../../src/stages/batch-memory.ts';
import { pair, type PairContext } from '../../src/stages/pair.ts';
import type { TaughtStep } from '../../src/stages/teach.ts';
import { blobCrop, centre, distance } from '../support/blob.ts';

const skeleton = buildSkeleton('three', ['nose', 'left_wrist', 'right_wrist'], []);
const JOINTS = 3;
const STRIDE = 4;
const partner = [0, 2, 1];
const input = { width: 96, height: 128 };
const heatmap = { width: 24, height: 32 };
const margin = marginFor(input);
const stored = {
  width: Math.round(input.width * margin.width * 0.7),
  height: Math.round(input.height * margin.height * 0.7),
};
const geometry: StepGeometry = { stored, input, heatmap, mean: [100, 100, 100], std: [50, 50, 50] };
const cropFromImage: Affine = [0.5, 0, 7, 0, 0.5, -11];
/** Crop pixels of the two axes differ: both sizes are rounded. */
const spec = (origin: PixelOrigin): CropSpec => ({
  ...{ input, margin, stored, origin, boxScale: 1.25, padding: 'zero', fill: [100, 100, 100] },
});

interface Case {
  readonly seed: number;
  readonly step: number;
  readonly joint: number;
  /** Where the spot stands in the canonical input view. */
  readonly at: Point;
}
const cases: fc.Arbitrary<Case> = fc.record({
  seed: fc.nat(1e6),
  step: fc.integer({ min: 1, max: 1e5 }),
  joint: fc.nat(2),
  at: fc.record({
    x: fc.double({ min: 36, max: 60, noNaN: true }),
    y: fc.double({ min: 48, max: 80, noNaN: true }),
  }),
});

/** The spot stands whole within a view, with its heatmap. */
const isInside = ({ x, y }: Point) => x > 16 && x < 79 && y > 16 && y < 111;

const settingsOf = (
  { views }: Method,
  origin: PixelOrigin,
  teacherView: 'random' | 'canonical',
): MethodSettings => ({
  ...PAPER,
  align: origin,
  views: viewPair(teacherView === 'canonical' ? 'original' : views.easy, views.hard),
});

const context = (
  method: Method,
  origin: PixelOrigin,
  { seed }: Case,
  teacherView: 'random' | 'canonical',
) => {
  const pairing: PairContext = {
    seed,
    spec: spec(origin),
    method,
    settings: settingsOf(method, origin, teacherView),
    skeleton,
    stride: STRIDE,
    teacherView,
  };
  const batching: BatchContext = {
    ...{ heatmap, stride: STRIDE, origin, codec: 'gaussian', sigma: 1, skeleton },
    ...{ method, usesPool: true, learning: PLAIN, weight: 1, ramp: 0 },
    ...{ teacherDecay: 0.99, ema: 0, memory: createBatchMemory() },
    schedule: { name: 'constant', base: 1e-3, steps: 1e6, milestones: [], warmup: 0 },
  };
  return { pairing, batching };
};

/** A heatmap [h, w, joints] with its peak at a pixel of a view, in one channel. */
function peakAt(at: Point, channel: number, origin: PixelOrigin): Float32Array {
  const keypoints = skeleton.joints.map((_, joint): Keypoint => ({
    ...at,
    v: joint === channel ? 2 : 0,
  }));
  const out = new Float32Array(heatmap.width * heatmap.height * JOINTS);
  encodeGaussian(keypoints, { heatmap, stride: STRIDE, sigma: 1, origin }, out);
  return out;
}

const isMirrored = ([a, b, , d, e]: Affine) => a * e - b * d < 0;

/** One crop with the spot as labelled sample and as pool, and the target that a perfect teacher stored. */
function taughtStep(
  origin: PixelOrigin,
  { at, joint, seed, step }: Case,
  teacherView: 'random' | 'canonical',
) {
  const onCrop = apply(cropFromInput(spec(origin)), at);
  const crop = blobCrop(1, stored, { at: onCrop, deviation: 3, cropFromImage });
  const onImage = apply(invert(cropFromImage), onCrop);
  const keypoints = skeleton.joints.map((_, j): Keypoint => ({
    ...onImage,
    v: j === joint ? 2 : 0,
  }));
  const draw = drawEasy(rng(seed, 'stored view', step, 0));
  const view = teacherView === 'canonical' ? identity : sourceFromView(draw, input, origin);
  const onView = apply(invert(view), at);
  const target = {
    ...{ view, flip: isMirrored(view), shape: [32, 24, JOINTS] as const, step: 0 },
    heatmap: peakAt(onView, isMirrored(view) ? partner[joint]! : joint, origin),
    peaks: new Float32Array(JOINTS),
  };
  const taught: TaughtStep = {
    plan: { step, labelled: [0], pool: [1] },
    labelled: [{ crop, sample: { cropId: 1, keypoints } }],
    pool: [crop],
    targets: [target],
  };
  return { taught, onView };
}

/** What the student sees and is asked for, computed by the method itself around a network that only looks. */
async function looker(method: Method, settings: MethodSettings) {
  const step: Step<string, 'seen' | 'asked' | 'labelled'> = {
    name: `look ${method.name} ${method.regime} ${JSON.stringify(settings)}`,
    run(_state, inputs: Tensors) {
      const seen: Tensor4D[] = [];
      const network = (x: Tensor4D) => {
        seen.push(x);
        return inputs['easyHeatmaps'] as Tensor4D;
      };
      const blind = () => network(tf.zeros([1, 1, 1, 1]));
      const networks = [blind, blind].slice(0, method.networks);
      const scene = { inputs, geometry, settings, networks, average: blind };
      const { teacher } = method.consistency!(scene)([network, network]);
      const labelled = drawView(
        inputs['labelledCrops'] as Tensor4D,
        inputs['labelledViews'] as Tensor2D,
        geometry,
      );
      return { state: {}, outputs: { seen: seen.at(-1)!, asked: teacher, labelled } };
    },
  };
  const session = await (await openEngine({ name: 'onnxruntime', threads: 1 })).open({});
  onTestFinished(() => session.dispose());
  return session.compile(step, {
    ...labelledInputs(1, geometry, JOINTS),
    ...poolInputs(method, 1, geometry, JOINTS, settings),
    easyHeatmaps: { shape: [1, heatmap.height, heatmap.width, JOINTS], dtype: 'float32' },
  });
}

const ways = [
  ['online Single', singleOnline, 'random'],
  ['cached Single, random teacher views', singleCached, 'random'],
  ['cached Single, canonical teacher views', singleCached, 'canonical'],
  ['naive', naive, 'random'],
  ['dual', dual, 'random'],
  ['pi, drawn beside each other', pi, 'random'],
  ['pseudo-pose', pseudoPose, 'canonical'],
  ['hard to easy', { ...singleOnline, views: { easy: 'affine60', hard: 'affine30' } }, 'random'],
  ['stored, beside each other', { ...singleCached, views: pi.views }, 'random'],
] as const;
const origins = ['centres', 'edges'] as const;

describe.each(ways)('%s', (_name, method, teacherView) => {
  it.each(origins)('moves picture and target together, pixel origin %s', async (origin) => {
    const settings = settingsOf(method, origin, teacherView);
    const look = await looker(method, settings);
    let [checked, mirrored] = [0, 0];
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const { pairing, batching } = context(method, origin, one, teacherView);
        const { taught, onView } = taughtStep(origin, one, teacherView);
        const paired = pair(taught, pairing);
        const { inputs } = batch(paired, batching);
        const easyView = compose(invert(cropFromInput(spec(origin))), paired.easyViews[0]!);
        const onEasy = apply(invert(easyView), one.at);
        const channel = isMirrored(easyView) ? partner[one.joint]! : one.joint;
        fc.pre(isInside(onEasy) && isInside(onView));
        const [outputs] = await look.run([
          { ...inputs, easyHeatmaps: peakAt(onEasy, channel, origin) },
        ]);
        const spot = centre(outputs!.seen.data, input, 3, 1);
        fc.pre(spot !== undefined && isInside(spot));
        const [isEasyTurned, isHardTurned] = [
          isMirrored(easyView),
          isMirrored(paired.hardViews[0]!),
        ];
        const turned = settings.views.onTop ? isEasyTurned !== isHardTurned : isHardTurned;
        const expected = turned ? partner[one.joint]! : one.joint;
        const peak = centre(outputs!.asked.data, heatmap, JOINTS, expected);
        expect(peak, `a target in the channel of ${skeleton.joints[expected]!}`).toBeDefined();
        const onInput = apply(inputFromHeatmap(STRIDE, origin), peak!);
        expect(distance(onInput, spot)).toBeLessThan(0.5);
        checked += 1;
        if (turned) mirrored += 1;
      }),
      { numRuns: 60 },
    );
    expect(checked).toBe(60);
    expect(mirrored).toBeGreaterThan(10);
  });
});

describe('labelled samples', () => {
  it.each(origins)(
    'keep their joints on their pixels, left and right swapped where mirrored, pixel origin %s',
    async (origin) => {
      const look = await looker(singleOnline, settingsOf(singleOnline, origin, 'random'));
      let mirrored = 0;
      await fc.assert(
        fc.asyncProperty(cases, async (one) => {
          const { pairing, batching } = context(singleOnline, origin, one, 'random');
          const paired = pair(taughtStep(origin, one, 'random').taught, pairing);
          const { inputs } = batch(paired, batching);
          const [outputs] = await look.run([
            { ...inputs, easyHeatmaps: peakAt(one.at, one.joint, origin) },
          ]);
          const spot = centre(outputs!.labelled.data, input, 3, 1);
          fc.pre(spot !== undefined && isInside(spot));
          const isTurned = isMirrored(paired.labelledViews[0]!);
          const channel = isTurned ? partner[one.joint]! : one.joint;
          expect([...inputs['targetWeights']!]).toEqual(
            [0, 1, 2].map((j) => (j === channel ? 1 : 0)),
          );
          const peak = centre(inputs['targets']!, heatmap, JOINTS, channel);
          expect(distance(apply(inputFromHeatmap(STRIDE, origin), peak!), spot)).toBeLessThan(0.5);
          if (isTurned) mirrored += 1;
        }),
        { numRuns: 60 },
      );
      expect(mirrored).toBeGreaterThan(10);
    },
  );
});
