// One map between two views, in pixels of the network input and of the heatmap at once: picture and target move together.
import { compose, invert, similarity } from '../pose/affine.ts';
import type { Affine, HeatmapAlign, PixelOrigin, Size } from '../pose/types.ts';
import { sourceFromView, toHeatmapFrame, type ViewDraw } from './views.ts';

export interface Placement {
  /** Target pixel to source pixel, network input. */
  readonly input: Affine;
  /** The same in heatmap pixels. */
  readonly heatmap: Affine;
}

export interface Frame {
  readonly input: Size;
  /** Input pixels a heatmap pixel. */
  readonly stride: number;
  readonly origin: PixelOrigin;
  /** @default origin */
  readonly align?: HeatmapAlign | undefined;
}

/** A similarity in pixels, on crops of any aspect. */
export function place(draw: ViewDraw, frame: Frame): Placement {
  return inBothFrames(sourceFromView(draw, frame.input, frame.origin), frame);
}

export function inBothFrames(view: Affine, { input, stride, origin, align }: Frame): Placement {
  const heatmap = { width: input.width / stride, height: input.height / stride };
  return { input: view, heatmap: toHeatmapFrame(view, stride, align ?? origin, heatmap) };
}

/**
 * The warp as the reference makes it: the matrix acts in coordinates scaled to [-1, 1] by each side, edges aligned, so that
 * non-square crops are sheared, and picture and heatmap turn about spots that lie 3/8 of a heatmap pixel apart.
 * Source: Semi_Human_Pose lib/models/pose_dual.py get_batch_affine_transform.
 */
export function placeSheared(draw: ViewDraw, { input, stride }: Frame): Placement {
  const sheared = ({ width, height }: Size): Affine => {
    const centre = { x: (width - 1) / 2, y: (height - 1) / 2 };
    const [a, b, , d, e] = similarity({ centre, ...draw });
    const [wide, high] = [b * (width / height), d * (height / width)];
    return [
      a,
      wide,
      centre.x - a * centre.x - wide * centre.y,
      high,
      e,
      centre.y - high * centre.x - e * centre.y,
    ];
  };
  return {
    input: sheared(input),
    heatmap: sheared({ width: input.width / stride, height: input.height / stride }),
  };
}

export const composed = (outer: Placement, inner: Placement): Placement => ({
  input: compose(outer.input, inner.input),
  heatmap: compose(outer.heatmap, inner.heatmap),
});

export const inverted = ({ input, heatmap }: Placement): Placement => ({
  input: invert(input),
  heatmap: invert(heatmap),
});
