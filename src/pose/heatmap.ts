// Heatmap targets of keypoints: Gaussians of height 1, in a window or over the whole map, around a rounded or sub-pixel centre.
import { heatmapFromInput } from './decode.ts';
import { apply } from './affine.ts';
import { blur, gaussianKernel, kernelSize } from './blur.ts';
import type { HeatmapAlign, Keypoint, Point, Size } from './types.ts';

export interface TargetSpec {
  readonly heatmap: Size;
  /** Input pixels a heatmap pixel. */
  readonly stride: number;
  /** Standard deviation in heatmap pixels; for MSRA and UDP a whole number. */
  readonly sigma: number;
  readonly origin: HeatmapAlign;
  /** MSPN: size of the blur that makes the peak, odd. @default the one nearest to sigma */
  readonly kernel?: number;
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
export const encodeMsra: Encode = (keypoints, spec, out) =>
  eachJoint(keypoints, spec, out, (at, draw) => {
    const centre = rounded(at);
    const window = windowAround(centre, spec);
    return isOutside(window, spec.heatmap) ? 0 : draw(centre, window);
  });

/** UDP (Huang et al., CVPR 2020): the window of MSRA, the Gaussian around the unrounded centre. Meant for `corners`. */
export const encodeUdp: Encode = (keypoints, spec, out) =>
  eachJoint(keypoints, spec, out, (at, draw) => {
    const window = windowAround(rounded(at), spec);
    return isOutside(window, spec.heatmap) ? 0 : draw(at, window);
  });

/** DARK (Zhang et al., CVPR 2020): around the unrounded centre, over the whole map; weight 0 when 3 sigma around it lie outside or v = 0. */
export const encodeDark: Encode = (keypoints, spec, out) =>
  eachJoint(keypoints, spec, out, (at, draw) => {
    const reach = 3 * spec.sigma;
    const { x, y } = at;
    const window = {
      left: x - reach,
      top: y - reach,
      right: x + reach + 1,
      bottom: y + reach + 1,
    };
    return isOutside(window, spec.heatmap) ? 0 : draw(at);
  });

/** As DARK's, with weight 0 when the centre is 3 sigma or more outside: recipe `peer`. */
export const encodeGaussian: Encode = (keypoints, spec, out) =>
  eachJoint(keypoints, spec, out, (at, draw) => {
    const { width, height } = spec.heatmap;
    const isNear = (x: number, length: number) =>
      x > -3 * spec.sigma && x < length - 1 + 3 * spec.sigma;
    return isNear(at.x, width) && isNear(at.y, height) ? draw(at) : 0;
  });

/**
 * MSPN (Li et al., 2019): one pixel, blurred as OpenCV does with a mirrored border, scaled to peak 1 (255 in the source);
 * weight 0 when the pixel lies outside or v = 0. Meant for `cells`, where rounding becomes truncation of x / stride.
 * Source: dataset/JointsDataset.py of megvii-research/MSPN.
 */
export const encodeMspn: Encode = (keypoints, spec, out) => {
  const { width, height } = spec.heatmap;
  const kernel = gaussianKernel(spec.kernel ?? kernelSize(spec.sigma));
  return eachJoint(keypoints, spec, out, (at, _, write) => {
    const { x, y } = rounded(at);
    if (!(x >= 0 && x < width && y >= 0 && y < height)) return 0;
    const pixel = new Float64Array(width * height);
    pixel[y * width + x] = 1;
    const blurred = blur(pixel, spec.heatmap, kernel, 'reflect');
    const highest = blurred.reduce((a, b) => Math.max(a, b));
    blurred.forEach((value, i) => {
      write(i, value / highest);
    });
    return 1;
  });
};

/** Pixels from left to right - 1, top to bottom - 1; may reach beyond the map. */
interface Window {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Draws a Gaussian, everywhere or in a window, and gives the weight 1. */
type Draw = (centre: Point, window?: Window) => 1;
type Write = (pixel: number, value: number) => void;

/** Encodes every labelled joint: `encode` says its weight, having drawn it from its place in heatmap pixels. */
function eachJoint(
  keypoints: readonly Keypoint[],
  spec: TargetSpec,
  out: Float32Array,
  encode: (at: Point, draw: Draw, write: Write) => 0 | 1,
): Float32Array {
  const { heatmap, stride, sigma, origin } = spec;
  const joints = keypoints.length;
  const length = heatmap.width * heatmap.height * joints;
  if (out.length !== length) {
    throw new RangeError(
      `Expected a target of ${heatmap.height} x ${heatmap.width} x ${joints} = ${length} numbers, got ${out.length}`,
    );
  }
  const toHeatmap = heatmapFromInput(stride, origin, heatmap);
  return Float32Array.from(keypoints, (keypoint, joint) => {
    if (keypoint.v === 0) return 0;
    const write: Write = (pixel, value) => {
      out[pixel * joints + joint] = value;
    };
    const draw: Draw = (centre, window) => {
      if (window) drawWindow(centre, sigma, window, heatmap, write);
      else drawEverywhere(centre, sigma, heatmap, out.subarray(joint), joints);
      return 1;
    };
    return encode(apply(toHeatmap, keypoint), draw, write);
  });
}

function drawWindow(
  centre: Point,
  sigma: number,
  { left, top, right, bottom }: Window,
  { width, height }: Size,
  write: Write,
): void {
  for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) {
    for (let x = Math.max(0, left); x < Math.min(width, right); x++) {
      const squared = (x - centre.x) ** 2 + (y - centre.y) ** 2;
      write(y * width + x, Math.exp(-squared / (2 * sigma ** 2)));
    }
  }
}

/** @param out the pixels of one joint, `joints` apart */
function drawEverywhere(
  centre: Point,
  sigma: number,
  { width, height }: Size,
  out: Float32Array,
  joints: number,
): void {
  // Plain loops: every labelled joint of every step comes here.
  const profile = (at: number, length: number) => {
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++) values[i] = Math.exp(-((i - at) ** 2) / (2 * sigma ** 2));
    return values;
  };
  const across = profile(centre.x, width);
  const down = profile(centre.y, height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += joints) out[at] = down[y]! * across[x]!;
  }
}

/** Truncation of x + 0.5 towards zero. */
const rounded = ({ x, y }: Point): Point => ({ x: Math.trunc(x + 0.5), y: Math.trunc(y + 0.5) });

/** 3 sigma to each side of a pixel. */
function windowAround({ x, y }: Point, { sigma }: TargetSpec): Window {
  const reach = 3 * sigma;
  return {
    left: Math.trunc(x - reach),
    top: Math.trunc(y - reach),
    right: Math.trunc(x + reach + 1),
    bottom: Math.trunc(y + reach + 1),
  };
}

const isOutside = ({ left, top, right, bottom }: Window, { width, height }: Size): boolean =>
  left >= width || top >= height || right < 0 || bottom < 0;
