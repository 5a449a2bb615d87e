// Heatmaps to keypoints: the highest pixel of each joint, moved a quarter pixel towards its higher neighbour.
import { invert } from './affine.ts';
import type { Affine, PixelOrigin, PredictedKeypoint, Size } from './types.ts';

export interface DecodeOptions {
  readonly batch: number;
  readonly heatmap: Size;
  readonly joints: number;
  /**
   * - `none`: the highest pixel.
   * - `quarter`: 0.25 px along each axis, only where 1 < x < width - 1 and 1 < y < height - 1 (SimpleBaseline, HRNet).
   * - `quarter-each-axis`: 0.25 px along each axis whose both neighbours exist (recipe `peer`).
   * @default 'quarter'
   */
  readonly refine?: 'none' | 'quarter' | 'quarter-each-axis';
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

/** Heatmap to input pixels: x' = stride x (`centres`), x' + 0.5 = stride (x + 0.5) (`edges`). */
export function inputFromHeatmap(stride: number, origin: PixelOrigin): Affine {
  const shift = origin === 'edges' ? 0.5 * stride - 0.5 : 0;
  return [stride, 0, shift, 0, stride, shift];
}

export function heatmapFromInput(stride: number, origin: PixelOrigin): Affine {
  return invert(inputFromHeatmap(stride, origin));
}

function decodeJoint(map: Float32Array, joint: number, options: DecodeOptions): PredictedKeypoint {
  const { heatmap, joints, refine = 'quarter', empty = 'origin' } = options;
  const { width, height } = heatmap;
  let best = joint;
  for (let i = joint + joints; i < map.length; i += joints) if (map[i]! > map[best]!) best = i;
  const score = map[best]!;
  const isEmpty = !(score > 0) && empty === 'origin';
  const pixel = isEmpty ? 0 : (best - joint) / joints;
  const x = pixel % width;
  const y = (pixel - x) / width;
  if (refine === 'none') return { x, y, score };

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
    score,
  };
}
