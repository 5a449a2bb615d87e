// Temporal ensembling: a target taught again keeps a share of what earlier teachers said of the same crop.
// Source: Laine & Aila, Temporal Ensembling for Semi-Supervised Learning, ICLR 2017, section 2.2 (there of class scores,
// with the start-up correction Z / (1 - decay^t); here the first target is taken whole, which needs none).
import type { StoredTarget } from '../../db/targets.ts';
import { inBothFrames, type Frame } from '../augment/placement.ts';
import { compose, invert } from '../pose/affine.ts';
import { partners } from '../pose/partners.ts';
import type { Skeleton } from '../pose/types.ts';
import { warpHeatmap } from '../pose/warp-heatmap.ts';
import { peaksOf } from './peaks.ts';

export interface Ensembling {
  /** How much of the earlier target stays, 0 – 1 (exclusive). */
  readonly decay: number;
  readonly frame: Frame;
  readonly skeleton: Pick<Skeleton, 'joints' | 'flipPairs'>;
}

/**
 * `decay x earlier + (1 - decay) x fresh` in the fresh target's view, wherever the earlier view saw the crop too; elsewhere
 * the fresh target as it is. Joints swap sides where one of the two views is mirrored.
 */
export function ensembled(
  fresh: StoredTarget,
  earlier: StoredTarget,
  { decay, frame, skeleton }: Ensembling,
): StoredTarget {
  const [height, width, joints] = fresh.shape;
  const size = { width, height };
  const canonicalFrom = ({ view }: StoredTarget) => inBothFrames(view, frame).heatmap;
  const move = {
    sourceFromTarget: compose(invert(canonicalFrom(earlier)), canonicalFrom(fresh)),
    size,
  };
  const seen = new Float32Array(width * height);
  const whole = { data: new Float32Array(width * height).fill(1), size, joints: 1 };
  warpHeatmap(whole, 0, move, (value, pixel) => {
    seen[pixel] = value;
  });
  const partner = partners(skeleton, joints / skeleton.joints.length);
  const heatmap = fresh.heatmap.slice();
  for (let joint = 0; joint < joints; joint++) {
    const source = fresh.flip === earlier.flip ? joint : partner[joint]!;
    warpHeatmap({ data: earlier.heatmap, size, joints }, source, move, (value, pixel) => {
      const at = pixel * joints + joint;
      heatmap[at] = heatmap[at]! + decay * (value - seen[pixel]! * heatmap[at]!);
    });
  }
  return { ...fresh, heatmap, peaks: peaksOf(heatmap, joints) };
}
