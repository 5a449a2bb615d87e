// The views of the paper as random similarities: `easy` (base augmentation) and the extra warp that makes it hard.
import { apply, compose, similarity } from '../pose/affine.ts';
import { heatmapFromInput, inputFromHeatmap } from '../pose/decode.ts';
import type { Rng } from '../pose/random.ts';
import type { Affine, HeatmapAlign, Keypoint, PixelOrigin, Size, Skeleton } from '../pose/types.ts';

export interface ViewDraw {
  /** Turn of the content, see `sourceFromView`. */
  readonly degrees: number;
  /** > 1 shows more of the source: the content gets smaller. */
  readonly scale: number;
  readonly mirror: boolean;
}

export interface ViewParameters {
  readonly rotationProbability: number;
  /** Degrees. */
  readonly rotationDeviation: number;
  /** Degrees, both ways. */
  readonly rotationLimit: number;
  readonly scaleDeviation: number;
  readonly scaleLimits: readonly [number, number];
  readonly mirrorProbability: number;
  /** Where the numbers come from. */
  readonly source: string;
}

/** Xie et al., ICCV 2021, and the code its authors released. */
export const VIEWS = {
  affine30: {
    rotationProbability: 0.6,
    rotationDeviation: 30,
    rotationLimit: 60,
    scaleDeviation: 0.25,
    scaleLimits: [0.75, 1.25],
    mirrorProbability: 0.5,
    source: 'Semi_Human_Pose lib/dataset/JointsDataset.py: the base augmentation',
  },
  affine60: {
    rotationProbability: 0.8,
    rotationDeviation: 30,
    rotationLimit: 60,
    scaleDeviation: 0.25,
    scaleLimits: [0.75, 1.25],
    mirrorProbability: 0,
    source: 'Semi_Human_Pose lib/models/pose_dual.py: a second affine on top of the first',
  },
} as const satisfies Record<string, ViewParameters>;

/** The easy view: what labelled pictures and the teacher see. */
export function drawEasy(rng: Rng): ViewDraw {
  return drawView(rng, VIEWS.affine30);
}

/** The extra warp on top of the easy view: hard = compose(easy, extra) as source-from-view maps. */
export function drawExtra(rng: Rng): ViewDraw {
  return drawView(rng, VIEWS.affine60);
}

/** Takes the same count of numbers from the stream whatever comes out. */
function drawView(rng: Rng, parameters: ViewParameters): ViewDraw {
  const [smallest, largest] = parameters.scaleLimits;
  const isTurned = rng.uniform() < parameters.rotationProbability;
  const limit = parameters.rotationLimit;
  const turn = clip(parameters.rotationDeviation * rng.normal(), -limit, limit);
  return {
    degrees: isTurned ? turn : 0,
    scale: clip(1 + parameters.scaleDeviation * rng.normal(), smallest, largest),
    mirror: rng.uniform() < parameters.mirrorProbability,
  };
}

/**
 * View pixel to source pixel, both in pixels of the network input: source = scale x [[cos, sin], [-sin, cos]] x view about
 * the centre, x mirrored last. A similarity also on non-square inputs, where the reference's warp is sheared.
 * The centre is (W/2, H/2) for origin `centres` and ((W-1)/2, (H-1)/2) for `edges`, so the heatmap turns about the same spot.
 */
export function sourceFromView(draw: ViewDraw, size: Size, origin: PixelOrigin): Affine {
  const inset = origin === 'edges' ? 1 : 0;
  const centre = { x: (size.width - inset) / 2, y: (size.height - inset) / 2 };
  return similarity({ centre, ...draw });
}

/** The same view in heatmap pixels; `stride` = input pixels a heatmap pixel, `heatmap` is needed for `corners` only. */
export function toHeatmapFrame(
  view: Affine,
  stride: number,
  align: HeatmapAlign,
  heatmap?: Size,
): Affine {
  const toHeatmap = heatmapFromInput(stride, align, heatmap);
  return compose(toHeatmap, compose(view, inputFromHeatmap(stride, align, heatmap)));
}

/** Moves keypoints with their pixels (`viewFromSource` is the inverse of `sourceFromView`); a mirrored left becomes a right. */
export function moveKeypoints(
  keypoints: readonly Keypoint[],
  viewFromSource: Affine,
  flipPairs: Skeleton['flipPairs'],
  mirror: boolean,
): Keypoint[] {
  const moved = keypoints.map((keypoint) => ({
    ...apply(viewFromSource, keypoint),
    v: keypoint.v,
  }));
  if (mirror) for (const [a, b] of flipPairs) [moved[a], moved[b]] = [moved[b]!, moved[a]!];
  return moved;
}

/**
 * Field of view that a stored crop needs, over the input view and per axis, so that no easy view looks beyond it.
 * The input rectangle turned by t and grown by s spans s (W cos t + H sin t) x s (H cos t + W sin t); over t of 0 … limit
 * the first is largest at t = atan(H / W), where it is the diagonal, or at the limit.
 */
export function marginFor(input: Size, parameters: ViewParameters = VIEWS.affine30): Size {
  const { width, height } = input;
  const limit = (parameters.rotationLimit * Math.PI) / 180;
  const scale = parameters.scaleLimits[1];
  const span = (along: number, across: number) => {
    const turn = Math.min(limit, Math.atan2(across, along));
    return along * Math.cos(turn) + across * Math.sin(turn);
  };
  return {
    width: (scale * span(width, height)) / width,
    height: (scale * span(height, width)) / height,
  };
}

function clip(value: number, smallest: number, largest: number): number {
  return Math.min(largest, Math.max(smallest, value));
}
