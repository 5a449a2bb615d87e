// Pairs each sample with its views: matrices for the labelled, the easy and the hard view, and the labelled targets.
import { drawExtras } from '../augment/extra-draws.ts';
import { halfBodyView } from '../augment/half-body.ts';
import { pictureView } from '../augment/picture-view.ts';
import type { Frame } from '../augment/placement.ts';
import { drawPair, hasPictureOperations } from '../augment/view-pair.ts';
import { drawEasy, moveKeypoints, sourceFromView } from '../augment/views.ts';
import type { Method, MethodSettings } from '../methods/method.ts';
import { apply, compose, identity, invert } from '../pose/affine.ts';
import { cropFromInput } from '../pose/crop-geometry.ts';
import { rng } from '../pose/random.ts';
import type { Affine, Crop, CropSpec, Keypoint, Skeleton } from '../pose/types.ts';
import type { TaughtStep } from './teach.ts';

/** All matrices map target pixels to source pixels, ready for the warp inside the step. */
export interface PairedStep extends TaughtStep {
  /** Labelled view to crop. */
  readonly labelledViews: readonly Affine[];
  /** Keypoints in pixels of the labelled view. */
  readonly labelledKeypoints: readonly (readonly Keypoint[])[];
  /** Easy view to crop. */
  readonly easyViews: readonly Affine[];
  /** Hard view to easy view; to crop where the hard view is drawn for itself. */
  readonly hardViews: readonly Affine[];
  /** The same in heatmap pixels. */
  readonly hardHeatmapViews: readonly Affine[];
  /** Where the target must be mirrored with the view: its joints swap sides. */
  readonly mirrored: readonly boolean[];
  /** Inputs of the step for cut-outs and mixtures of the hard view. */
  readonly extras: Readonly<Record<string, Float32Array>>;
  /** The student's crops where colours are changed; absent where they are the teacher's. */
  readonly hardCrops?: readonly Crop[];
}

export interface PairContext {
  readonly seed: number;
  readonly spec: CropSpec;
  readonly method: Method;
  readonly settings: MethodSettings;
  readonly skeleton: Skeleton;
  /** Probability that a labelled person is seen by half. @default 0 */
  readonly halfBody?: number;
  /** Input pixels a heatmap pixel. */
  readonly stride: number;
  /** What the teacher of stored targets saw. */
  readonly teacherView: 'random' | 'canonical';
}

/** The frame that views of the pool are drawn in. */
export const frameOf = ({
  spec,
  stride,
  settings,
}: Pick<PairContext, 'spec' | 'stride' | 'settings'>): Frame => ({
  input: spec.input,
  stride,
  origin: spec.origin,
  align: settings.align,
});

export function pair(taught: TaughtStep, context: PairContext): PairedStep {
  const { seed, spec } = context;
  const { step } = taught.plan;
  const toCrop = cropFromInput(spec);
  const toInput = invert(toCrop);
  const easy = (purpose: string, slot: number) => drawEasy(rng(seed, purpose, step, slot));
  const matrix = (draw: ReturnType<typeof easy>) => sourceFromView(draw, spec.input, spec.origin);

  const labelled = taught.labelled.map(({ crop, sample }, slot) => {
    const draw = easy('labelled view', slot);
    const view = compose(halfBody(crop, sample.keypoints, slot), matrix(draw));
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
  function halfBody(crop: Crop, keypoints: readonly Keypoint[], slot: number): Affine {
    const random = rng(seed, 'half body', step, slot);
    if (random.uniform() >= (context.halfBody ?? 0)) return identity;
    const inputFromImage = compose(toInput, crop.cropFromImage);
    const inInput = keypoints.map(({ x, y, v }) => ({ ...apply(inputFromImage, { x, y }), v }));
    return halfBodyView(inInput, context.skeleton, spec.input, random) ?? identity;
  }

  const { method, settings, skeleton, teacherView } = context;
  const frame = frameOf(context);
  const pool = taught.pool.map((_, slot) => {
    const stored = method.teacher !== 'stored' ? undefined : taught.targets?.[slot];
    const isCanonical = method.teacher === 'stored' && teacherView === 'canonical';
    const key = { seed, step, slot };
    return drawPair(settings.views, key, frame, isCanonical ? 'canonical' : stored);
  });
  const extras = drawExtras(
    settings.views.hard,
    method.networks,
    {
      batch: pool.length,
      joints: skeleton.joints.length,
      input: spec.input,
      isAbsolute: settings.isReference,
    },
    (network, slot) => rng(seed, `hard view extras ${network}`, step, slot),
  );
  return {
    ...taught,
    labelledViews: labelled.map(({ view }) => view),
    labelledKeypoints: labelled.map(({ keypoints }) => keypoints),
    easyViews: pool.map(({ easy }) => compose(toCrop, easy.input)),
    hardViews: pool.map(({ easy, relative }) =>
      settings.views.onTop ? relative.input : compose(toCrop, compose(easy.input, relative.input)),
    ),
    hardHeatmapViews: pool.map(({ relative }) => relative.heatmap),
    mirrored: pool.map(({ isMirrored }) => isMirrored),
    extras,
    ...(hasPictureOperations(settings.views) && { hardCrops: hardCrops(taught, context) }),
  };
}

function hardCrops(
  { pool, plan }: TaughtStep,
  { seed, spec, settings }: PairContext,
): readonly Crop[] {
  const pixel =
    (spec.stored.height / (spec.input.height * spec.margin.height)) * (spec.input.height / 256);
  return pool.map((crop, slot) => {
    const random = rng(seed, 'hard view colours', plan.step, slot);
    return { ...crop, ...pictureView(crop, settings.views.hard, random, pixel) };
  });
}
