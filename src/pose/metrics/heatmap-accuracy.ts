// The accuracy that trainers print: how many heatmap peaks lie near those of the targets. No pictures, no people, no boxes.
// Source: `accuracy` of lib/core/evaluate.py in xierc/Semi_Human_Pose.
import { decodeHeatmaps } from '../decode.ts';
import type { Size } from '../types.ts';

export interface HeatmapAccuracyOptions {
  readonly batch: number;
  readonly heatmap: Size;
  readonly joints: number;
  /** Of a tenth of the heatmap's sides. @default 0.5 */
  readonly threshold?: number;
  /** `reference` divides x by the height and y by the width, as the released code does. @default 'correct' */
  readonly axes?: 'correct' | 'reference';
}

export interface HeatmapAccuracy {
  /** 0–1; -1 for a joint without any target that counts. */
  readonly perJoint: readonly number[];
  /** Mean over the joints that count, 0 where none does. */
  readonly average: number;
  readonly jointsCounted: number;
}

/**
 * A target counts when its peak lies at x > 1 and y > 1: an empty map peaks at the origin.
 * @param predicted [batch, height, width, joints]
 * @param targets the same
 */
export function heatmapAccuracy(
  predicted: Float32Array,
  targets: Float32Array,
  options: HeatmapAccuracyOptions,
): HeatmapAccuracy {
  const { heatmap, joints, threshold = 0.5, axes = 'correct' } = options;
  const peaks = decodeHeatmaps(predicted, { ...options, refine: 'none' });
  const wanted = decodeHeatmaps(targets, { ...options, refine: 'none' });
  const { width, height } = heatmap;
  const unit =
    axes === 'correct' ? { x: width / 10, y: height / 10 } : { x: height / 10, y: width / 10 };
  const perJoint = Array.from({ length: joints }, (_, joint) => {
    const near = wanted.flatMap((target, n) => {
      const [at, found] = [target[joint]!, peaks[n]![joint]!];
      if (!(at.x > 1 && at.y > 1)) return [];
      return [Math.hypot((found.x - at.x) / unit.x, (found.y - at.y) / unit.y) < threshold];
    });
    return near.length === 0 ? -1 : near.filter(Boolean).length / near.length;
  });
  const counted = perJoint.filter((share) => share >= 0);
  return {
    perJoint,
    average: counted.length === 0 ? 0 : counted.reduce((a, b) => a + b, 0) / counted.length,
    jointsCounted: counted.length,
  };
}
