// Pairs each sample with its views: matrices for the labelled, the easy and the hard view, and the labelled targets.
import {
  drawEasy,
  drawExtra,
  moveKeypoints,
  sourceFromView,
  toHeatmapFrame,
} from '../augment/views.ts';
import type { Method } from '../methods/method.ts';
import { compose, identity, invert } from '../pose/affine.ts';
import { cropFromInput } from '../pose/crop-geometry.ts';
import { rng } from '../pose/random.ts';
import type { Affine, CropSpec, Keypoint, Skeleton } from '../pose/types.ts';
import type { TaughtStep } from './teach.ts';

/** All matrices map target pixels to source pixels, ready for the warp inside the step. */
export interface PairedStep extends TaughtStep {
  /** Labelled view to crop. */
  readonly labelledViews: readonly Affine[];
  /** Keypoints in pixels of the labelled view. */
  readonly labelledKeypoints: readonly (readonly Keypoint[])[];
  /** Easy view to crop. */
  readonly easyViews: readonly Affine[];
  /** Hard view to easy view (to crop, for methods that pair equals). */
  readonly hardViews: readonly Affine[];
  /** The same in heatmap pixels. */
  readonly hardHeatmapViews: readonly Affine[];
  /** Where the target must be mirrored with the view: its joints swap sides. */
  readonly mirrored: readonly boolean[];
}

export interface PairContext {
  readonly seed: number;
  readonly spec: CropSpec;
  readonly method: Method;
  readonly skeleton: Skeleton;
  /** Input pixels a heatmap pixel. */
  readonly stride: number;
  /** What the teacher of stored targets saw. */
  readonly teacherView: 'random' | 'canonical';
}

export function pair(taught: TaughtStep, context: PairContext): PairedStep {
  const { seed, spec } = context;
  const { step } = taught.plan;
  const toCrop = cropFromInput(spec);
  const toInput = invert(toCrop);
  const easy = (purpose: string, slot: number) => drawEasy(rng(seed, purpose, step, slot));
  const matrix = (draw: ReturnType<typeof easy>) => sourceFromView(draw, spec.input, spec.origin);

  const labelled = taught.labelled.map(({ crop, sample }, slot) => {
    const draw = easy('labelled view', slot);
    const view = matrix(draw);
    const viewFromImage = compose(invert(view), compose(toInput, crop.cropFromImage));
    return {
      view: compose(toCrop, view),
      keypoints: moveKeypoints(
        sample.keypoints,
        viewFromImage,
        context.skeleton.flipPairs,
        draw.mirror,
      ),
    };
  });
  const pool = taught.pool.map((_, slot) => poolViews(taught, slot, context));
  return {
    ...taught,
    labelledViews: labelled.map(({ view }) => view),
    labelledKeypoints: labelled.map(({ keypoints }) => keypoints),
    easyViews: pool.map(({ easyView }) => compose(toCrop, easyView)),
    hardViews: pool.map(({ hardView }) =>
      context.method.pairing === 'equal' ? compose(toCrop, hardView) : hardView,
    ),
    hardHeatmapViews: pool.map(({ relative }) =>
      toHeatmapFrame(relative, context.stride, spec.origin),
    ),
    mirrored: pool.map(({ mirrored }) => mirrored),
  };
}

interface PoolViews {
  /** Easy view to canonical input. */
  readonly easyView: Affine;
  /** Hard view to easy view; for equals: second view to canonical input. */
  readonly hardView: Affine;
  /** Hard view to easy view. */
  readonly relative: Affine;
  readonly mirrored: boolean;
}

function poolViews(taught: TaughtStep, slot: number, context: PairContext): PoolViews {
  const { seed, spec, method } = context;
  const { step } = taught.plan;
  const draw = drawEasy(rng(seed, 'easy view', step, slot));
  const drawn = sourceFromView(draw, spec.input, spec.origin);
  const extraDraw = drawExtra(rng(seed, 'hard view', step, slot));
  const extra = sourceFromView(extraDraw, spec.input, spec.origin);

  if (method.pairing === 'equal') {
    // The mirror is shared, so that channels agree.
    const second = { ...drawEasy(rng(seed, 'second view', step, slot)), mirror: draw.mirror };
    const other = sourceFromView(second, spec.input, spec.origin);
    return {
      easyView: drawn,
      hardView: other,
      relative: compose(invert(drawn), other),
      mirrored: false,
    };
  }
  if (method.regime === 'online') {
    return { easyView: drawn, hardView: extra, relative: extra, mirrored: false };
  }
  if (context.teacherView === 'canonical') {
    // The target is of the canonical view: the student's base view is drawn now, mirror included.
    const hard = compose(drawn, extra);
    return { easyView: identity, hardView: hard, relative: hard, mirrored: draw.mirror };
  }
  const stored = taught.targets?.[slot]?.view ?? identity;
  return { easyView: stored, hardView: extra, relative: extra, mirrored: false };
}
