// Mirrors whole pictures in keypoints: x becomes width - 1 - x and left becomes right.
// Source: `fliplr_joints` of xierc/Semi_Human_Pose, which also sets joints without label to (0, 0).
import type { Keypoint, Skeleton } from './types.ts';

export function mirrorKeypoints(
  keypoints: readonly Keypoint[],
  width: number,
  flipPairs: Skeleton['flipPairs'],
): Keypoint[] {
  const mirrored = keypoints.map(({ x, y, v }): Keypoint => {
    return v === 0 ? { x: 0, y: 0, v } : { x: width - 1 - x, y, v };
  });
  for (const [a, b] of flipPairs) [mirrored[a], mirrored[b]] = [mirrored[b]!, mirrored[a]!];
  return mirrored;
}
