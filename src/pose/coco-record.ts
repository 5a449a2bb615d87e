// COCO annotations to the person records of the reference's 1K/5K/10K protocol: which people count, and their cleaned boxes.
// Source: `_load_coco_keypoint_annotation_kernal` of xierc/Semi_Human_Pose.
import { boxToCentreScale, type CentreScale } from './box.ts';
import type { Box, Keypoint, Size } from './types.ts';

export interface CocoPerson {
  readonly box: Box;
  readonly area: number;
  readonly crowd: boolean;
  readonly keypoints: readonly Keypoint[];
}

/** Clips a box to the picture; as there, it loses one pixel each way. @returns null when nothing is left */
function cleanCocoBox({ x, y, width, height }: Box, image: Size): Box | null {
  const left = Math.max(0, x);
  const top = Math.max(0, y);
  const right = Math.min(image.width - 1, left + Math.max(0, width - 1));
  const bottom = Math.min(image.height - 1, top + Math.max(0, height - 1));
  if (right < left || bottom < top) return null;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Centre and scale of a person who counts; null for crowds, for people without area, box or any keypoint. */
export function cocoRecord(person: CocoPerson, image: Size, input: Size): CentreScale | null {
  const isEmpty = person.keypoints.every(({ x, y, v }) => x <= 0 && y <= 0 && v <= 0);
  if (person.crowd || !(person.area > 0) || isEmpty) return null;
  const box = cleanCocoBox(person.box, image);
  return box && boxToCentreScale(box, input);
}
