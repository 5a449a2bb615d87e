// Heatmaps to keypoints: the highest pixel of each joint, refined by a rule that fits how the heatmaps were drawn.
import { invert } from './affine.ts';
import { decodeMspn } from './decode-mspn.ts';
import { refineDark, refineUdp } from './newton.ts';
import type { Affine, HeatmapAlign, Point, PredictedKeypoint, Size } from './types.ts';

export const REFINEMENTS = ['none', 'quarter', 'quarter-each-axis', 'dark', 'udp', 'mspn'] as const;
/**
 * - `none`: the highest pixel.
 * - `quarter`: 0.25 px along each axis, only where 1 < x < width - 1 and 1 < y < height - 1 (SimpleBaseline, HRNet).
 * - `quarter-each-axis`: 0.25 px along each axis whose both neighbours exist (recipe `peer`).
 * - `dark`, `udp`: one Newton step on the logarithm of the blurred map, in the variant of each.
 * - `mspn`: the highest pixel of the blurred map, 0.25 px towards the second highest; score of the unblurred map there.
 */
export type Refinement = (typeof REFINEMENTS)[number];

export interface DecodeOptions {
  readonly batch: number;
  readonly heatmap: Size;
  readonly joints: number;
  /** @default 'quarter' */
  readonly refine?: Refinement;
  /** Kernel of the blur of `dark`, `udp` and `mspn`, heatmap px, odd; see kernelSize. @default 11, that of sigma 2 */
  readonly kernel?: number;
  /** Where a map without a positive value decodes to: (0, 0) as the reference, or its highest pixel. @default 'origin' */
  readonly empty?: 'origin' | 'highest';
}

/**
 * Decodes every joint; of equal maxima the first in row-major order wins.
 * @param heatmaps [batch, height, width, joints]
 * @returns [batch][joints], heatmap pixels; score = height of the peak
 */
export function decodeHeatmaps(
  heatmaps: Float32Array,
  options: DecodeOptions,
): PredictedKeypoint[][] {
  const { batch, heatmap, joints } = options;
  const size = heatmap.width * heatmap.height * joints;
  if (heatmaps.length !== batch * size) {
    throw new RangeError(
      `Expected ${batch} x ${heatmap.height} x ${heatmap.width} x ${joints} heatmap values, got ${heatmaps.length}`,
    );
  }
  return Array.from({ length: batch }, (_, n) => {
    const one = heatmaps.subarray(n * size, (n + 1) * size);
    return Array.from({ length: joints }, (_, joint) => decodeJoint(one, joint, options));
  });
}

/**
 * Heatmap to input pixels.
 * @param stride input pixels a heatmap pixel
 * @param heatmap needed for `corners` only
 */
export function inputFromHeatmap(stride: number, align: HeatmapAlign, heatmap?: Size): Affine {
  if (align === 'corners') {
    if (!heatmap) throw new Error('Expected the size of the heatmap where corners are aligned');
    const scale = (length: number) => (stride * length - 1) / (length - 1);
    return [scale(heatmap.width), 0, 0, 0, scale(heatmap.height), 0];
  }
  const shift = { centres: 0, edges: 0.5 * stride - 0.5, cells: 0.5 * stride }[align];
  return [stride, 0, shift, 0, stride, shift];
}

export function heatmapFromInput(stride: number, align: HeatmapAlign, heatmap?: Size): Affine {
  return invert(inputFromHeatmap(stride, align, heatmap));
}

function decodeJoint(map: Float32Array, joint: number, options: DecodeOptions): PredictedKeypoint {
  const { heatmap, joints, refine = 'quarter', kernel = 11, empty = 'origin' } = options;
  const { width } = heatmap;
  let best = joint;
  for (let i = joint + joints; i < map.length; i += joints) if (map[i]! > map[best]!) best = i;
  const score = map[best]!;
  const isEmpty = !(score > 0);
  const pixel = isEmpty && empty === 'origin' ? 0 : (best - joint) / joints;
  const x = pixel % width;
  const peak = { x, y: (pixel - x) / width, score };
  if (refine === 'none') return peak;
  if (refine === 'quarter' || refine === 'quarter-each-axis') {
    return { ...quarter(map, pixel, joint, { ...options, refine }), score };
  }
  if (isEmpty) return peak;
  const plane = Float64Array.from(
    { length: map.length / joints },
    (_, i) => map[i * joints + joint]!,
  );
  if (refine === 'mspn') return decodeMspn(plane, heatmap, kernel);
  const step = refine === 'dark' ? refineDark : refineUdp;
  return { ...step({ ...peak, map: plane, size: heatmap }, kernel), score };
}

/** A quarter pixel towards the higher neighbour. */
function quarter(
  map: Float32Array,
  pixel: number,
  joint: number,
  { heatmap: { width, height }, joints, refine }: DecodeOptions,
): Point {
  const x = pixel % width;
  const y = (pixel - x) / width;
  const slope = (step: number) => {
    const at = pixel * joints + joint;
    return Math.sign(map[at + step * joints]! - map[at - step * joints]!);
  };
  const eachAxis = refine === 'quarter-each-axis';
  const lowest = eachAxis ? 0 : 1;
  const insideX = x > lowest && x < width - 1;
  const insideY = y > lowest && y < height - 1;
  const isInside = insideX && insideY;
  return {
    x: (eachAxis ? insideX : isInside) ? x + 0.25 * slope(1) : x,
    y: (eachAxis ? insideY : isInside) ? y + 0.25 * slope(width) : y,
  };
}
