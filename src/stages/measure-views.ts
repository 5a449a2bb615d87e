// How much harder one view is than another for a network: its accuracy on labelled people, seen in both.
import { setImmediate as immediate } from 'node:timers/promises';
import type { Runner, Session } from '../engine/types.ts';
import type { MethodSettings } from '../methods/method.ts';
import { singleOnline } from '../methods/single.ts';
import type { StepGeometry } from '../methods/view.ts';
import { viewInputs, viewStep } from '../methods/view-step.ts';
import type { Network } from '../models/network.ts';
import { apply, compose, invert } from '../pose/affine.ts';
import { decodeHeatmaps, inputFromHeatmap, type DecodeOptions } from '../pose/decode.ts';
import type { Affine, Box, Crop, CropSpec, Keypoint, Point, Skeleton } from '../pose/types.ts';
import { packPool } from './batch.ts';
import { pair } from './pair.ts';

/** A joint is right within this part of the reference length. */
const THRESHOLD = 0.2;
const TORSO = ['left_shoulder', 'right_hip'] as const;

export interface LabelledBody {
  readonly cropId: number;
  /** Pixels of the upright picture. */
  readonly keypoints: readonly Keypoint[];
  readonly box: Box;
}

export interface MeasureOptions {
  readonly network: Network;
  readonly geometry: StepGeometry;
  readonly settings: MethodSettings;
  readonly spec: CropSpec;
  readonly skeleton: Skeleton;
  readonly decode: Pick<DecodeOptions, 'refine' | 'empty'>;
  readonly batch: number;
  readonly seed: number;
}

export interface ViewGap {
  /** Percent of the labelled joints within each view that are right, a mean over people and draws. */
  readonly easy: number;
  readonly hard: number;
  /** easy - hard, and its standard error over people. */
  readonly gap: number;
  readonly error: number;
  readonly people: number;
}

export type ViewRunner = Runner<string, 'easy' | 'hard'>;

export const compileViews = (
  session: Session,
  { network, geometry, settings, batch }: MeasureOptions,
): Promise<ViewRunner> =>
  session.compile(
    viewStep(network, geometry, settings),
    viewInputs(batch, geometry, network.joints, settings),
  );

/** @param draws times that every person is seen, in other views each time */
export async function measureViews(
  runner: ViewRunner,
  options: MeasureOptions,
  bodies: readonly LabelledBody[],
  draws: number,
  read: (cropId: number) => Promise<Crop>,
): Promise<ViewGap> {
  const rates = bodies.map(() => ({ easy: [] as number[], hard: [] as number[] }));
  for (let draw = 1; draw <= draws; draw++) {
    for (let from = 0; from < bodies.length; from += options.batch) {
      const part = bodies.slice(from, from + options.batch);
      const crops = await Promise.all(part.map(({ cropId }) => read(cropId)));
      const seen = await measureBatch(runner, options, part, crops, draw * 1e6 + from);
      seen.forEach(({ easy, hard }, i) => {
        if (easy !== undefined) rates[from + i]!.easy.push(easy);
        if (hard !== undefined) rates[from + i]!.hard.push(hard);
      });
    }
  }
  const people = rates
    .filter(({ easy, hard }) => easy.length > 0 && hard.length > 0)
    .map(({ easy, hard }) => ({ easy: mean(easy), hard: mean(hard) }));
  const gaps = people.map(({ easy, hard }) => easy - hard);
  const gap = mean(gaps);
  const variance = mean(gaps.map((value) => (value - gap) ** 2));
  return {
    easy: mean(people.map(({ easy }) => easy)),
    hard: mean(people.map(({ hard }) => hard)),
    gap,
    error: Math.sqrt(variance / Math.max(1, people.length - 1)),
    people: people.length,
  };
}

/** Percent right of each person in each view; undefined where none of their joints is within it. */
async function measureBatch(
  runner: ViewRunner,
  options: MeasureOptions,
  bodies: readonly LabelledBody[],
  crops: readonly Crop[],
  key: number,
): Promise<{ easy: number | undefined; hard: number | undefined }[]> {
  const { geometry, settings, spec, skeleton, batch, seed, decode } = options;
  const stride = geometry.input.width / geometry.heatmap.width;
  const pool = Array.from({ length: batch }, (_, i) => crops[i] ?? crops[0]!);
  const paired = pair(
    { plan: { step: key, labelled: [], pool: [] }, labelled: [], pool },
    { seed, spec, method: singleOnline, settings, skeleton, stride, teacherView: 'random' },
  );
  const [outputs] = await runner.run([packPool(paired)], { moves: true });
  const joints = skeleton.joints.length;
  const decoding = { ...decode, batch, heatmap: geometry.heatmap, joints };
  // Decoding takes milliseconds: timers, signals and answers get their turn.
  const easy = decodeHeatmaps(outputs!.easy.data, decoding);
  await immediate();
  const hard = decodeHeatmaps(outputs!.hard.data, decoding);
  await immediate();
  const mirrored = paired.easyViews.map(([a, b, , d, e]) => a * e - b * d < 0);
  const toInput = inputFromHeatmap(stride, settings.align, geometry.heatmap);
  return bodies.map((body, i) => {
    const cropFromEasy = paired.easyViews[i]!;
    const cropFromHard = settings.views.onTop
      ? compose(cropFromEasy, paired.hardViews[i]!)
      : paired.hardViews[i]!;
    const rate = (peaks: readonly Point[], cropFromView: Affine) => {
      const imageFromView = compose(invert(crops[i]!.cropFromImage), cropFromView);
      const inImage = peaks.map((peak) => apply(imageFromView, apply(toInput, peak)));
      const own = mirrored[i] ? swapped(inImage, skeleton) : inImage;
      return percentRight(body, own, invert(imageFromView), geometry.input, skeleton);
    };
    return { easy: rate(easy[i]!, cropFromEasy), hard: rate(hard[i]!, cropFromHard) };
  });
}

function swapped(points: readonly Point[], { flipPairs }: Skeleton): Point[] {
  const result = [...points];
  for (const [a, b] of flipPairs) [result[a], result[b]] = [points[b]!, points[a]!];
  return result;
}

function percentRight(
  { keypoints, box }: LabelledBody,
  predicted: readonly Point[],
  viewFromImage: Affine,
  { width, height }: StepGeometry['input'],
  { joints }: Skeleton,
): number | undefined {
  const [shoulder, hip] = TORSO.map((joint) => keypoints[joints.indexOf(joint)]);
  const torso = shoulder?.v && hip?.v ? Math.hypot(shoulder.x - hip.x, shoulder.y - hip.y) : 0;
  const reference = torso > 0 ? torso : Math.max(box.width, box.height) / 2;
  const seen = keypoints.flatMap((truth, joint) => {
    const { x, y } = apply(viewFromImage, truth);
    const isInside = x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1;
    if (truth.v === 0 || !isInside) return [];
    const { x: px, y: py } = predicted[joint]!;
    return [Math.hypot(px - truth.x, py - truth.y) <= THRESHOLD * reference];
  });
  return seen.length === 0 ? undefined : (100 * seen.filter(Boolean).length) / seen.length;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
