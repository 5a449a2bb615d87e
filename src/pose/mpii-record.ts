// MPII person records: annotated centre and scale to the reference's, joints from Matlab's 1-based pixels to 0-based.
// Source: `_get_db` of lib/dataset/mpii.py in xierc/Semi_Human_Pose.
import type { CentreScale } from './box.ts';
import type { Point } from './types.ts';

export interface MpiiPerson {
  /** 1-based pixels; x = -1: unknown. */
  readonly centre: Point;
  /** Person height over 200 pixels. */
  readonly scale: number;
  /** 1-based pixels. */
  readonly joints: readonly Point[];
}

export interface MpiiRecord extends CentreScale {
  /** 0-based pixels. */
  readonly joints: readonly Point[];
}

/** Known centres move down by 15 x scale, and the scale grows by 1.25, so that feet stay in the picture. */
export function mpiiRecord({ centre, scale, joints }: MpiiPerson): MpiiRecord {
  const isKnown = centre.x !== -1;
  const side = isKnown ? scale * 1.25 : scale;
  return {
    centre: { x: centre.x - 1, y: centre.y + (isKnown ? 15 * scale : 0) - 1 },
    scale: { width: side, height: side },
    joints: joints.map(({ x, y }) => ({ x: x - 1, y: y - 1 })),
  };
}
