// Heatmap targets of keypoints: MSRA (rounded centre, window of 3 sigma) and a Gaussian around the sub-pixel centre.
import { heatmapFromInput } from './decode.ts';
import { apply } from './affine.ts';
import type { Keypoint, PixelOrigin, Size } from './types.ts';

export interface TargetSpec {
  readonly heatmap: Size;
  /** Input pixels a heatmap pixel. */
  readonly stride: number;
  /** Standard deviation in heatmap pixels; for MSRA a whole number. */
  readonly sigma: number;
  readonly origin: PixelOrigin;
}

/**
 * Writes one target: how the keypoints of one view become heatmaps.
 * @param keypoints pixels of the network input, one a joint
 * @param out [height, width, joints] of one sample, all zero on entry
 * @returns [joints] weights, 1 where the joint is trained on
 */
export type Encode = (
  keypoints: readonly Keypoint[],
  spec: TargetSpec,
  out: Float32Array,
) => Float32Array;

/**
 * Peak 1 at the rounded pixel, 0 beyond 3 sigma; weight 0 when the window lies outside or v = 0.
 * As the reference: rounding is truncation of x + 0.5 towards zero, and a window that ends exactly at 0 is empty but keeps weight 1.
 */
export const encodeMsra: Encode = (keypoints, spec, out) => {
  const { heatmap, stride, sigma, origin } = spec;
  const { width, height } = heatmap;
  const joints = checkTarget(keypoints, spec, out);
  const weights = new Float32Array(joints);
  const toHeatmap = heatmapFromInput(stride, origin);
  const reach = 3 * sigma;
  keypoints.forEach((keypoint, joint) => {
    if (keypoint.v === 0) return;
    const at = apply(toHeatmap, keypoint);
    const centreX = Math.trunc(at.x + 0.5);
    const centreY = Math.trunc(at.y + 0.5);
    const left = Math.trunc(centreX - reach);
    const top = Math.trunc(centreY - reach);
    const right = Math.trunc(centreX + reach + 1);
    const bottom = Math.trunc(centreY + reach + 1);
    if (left >= width || top >= height || right < 0 || bottom < 0) return;
    weights[joint] = 1;
    for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) {
      for (let x = Math.max(0, left); x < Math.min(width, right); x++) {
        const squared = (x - centreX) ** 2 + (y - centreY) ** 2;
        out[(y * width + x) * joints + joint] = Math.exp(-squared / (2 * sigma ** 2));
      }
    }
  });
  return weights;
};

/** A Gaussian of height 1 around the unrounded centre, over the whole map; weight 0 when the centre is 3 sigma or more outside or v = 0. */
export const encodeGaussian: Encode = (keypoints, spec, out) => {
  const { heatmap, stride, sigma, origin } = spec;
  const { width, height } = heatmap;
  const joints = checkTarget(keypoints, spec, out);
  const weights = new Float32Array(joints);
  const toHeatmap = heatmapFromInput(stride, origin);
  const isNear = (at: number, length: number) => at > -3 * sigma && at < length - 1 + 3 * sigma;
  const profile = (centre: number, length: number) =>
    Float64Array.from({ length }, (_, i) => Math.exp(-((i - centre) ** 2) / (2 * sigma ** 2)));
  keypoints.forEach((keypoint, joint) => {
    if (keypoint.v === 0) return;
    const at = apply(toHeatmap, keypoint);
    if (!isNear(at.x, width) || !isNear(at.y, height)) return;
    weights[joint] = 1;
    const across = profile(at.x, width);
    const down = profile(at.y, height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        out[(y * width + x) * joints + joint] = down[y]! * across[x]!;
      }
    }
  });
  return weights;
};

function checkTarget(
  keypoints: readonly Keypoint[],
  { heatmap }: TargetSpec,
  out: Float32Array,
): number {
  const length = heatmap.width * heatmap.height * keypoints.length;
  if (out.length !== length) {
    throw new RangeError(
      `Expected a target of ${heatmap.height} x ${heatmap.width} x ${keypoints.length} = ${length} numbers, got ${out.length}`,
    );
  }
  return keypoints.length;
}
