// Confidence in a predicted person: how sure the box is times how high the peaks of its joints are.
import type { PredictedKeypoint } from '../types.ts';

/**
 * Box score times the mean of the peaks above `threshold`, 0 where none is.
 * Source: the rescoring of lib/dataset/coco.py in xierc/Semi_Human_Pose.
 */
export function personScore(
  keypoints: readonly PredictedKeypoint[],
  boxScore = 1,
  threshold = 0.2,
): number {
  const clear = keypoints.filter(({ score }) => score > threshold);
  if (clear.length === 0) return 0;
  return (boxScore * clear.reduce((sum, { score }) => sum + score, 0)) / clear.length;
}
