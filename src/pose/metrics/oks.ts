// Object keypoint similarity of a detection to a labelled person, as pycocotools computes it.
import type { Box, Keypoint, Point } from '../types.ts';

/** What numpy.spacing(1) is: keeps a person of area 0 from dividing by zero. */
const EPSILON = 2 ** -52;

export interface OksTruth {
  readonly keypoints: readonly Keypoint[];
  readonly box: Box;
  /** Square pixels. */
  readonly area: number;
}

/**
 * Mean over the labelled joints of exp(-d^2 / (2 area (2 sigma)^2)), 0–1.
 * Where no joint is labelled (crowds), d is the distance to the box grown by its size on each side, over all joints.
 * @param sigmas one a joint
 */
export function oks(
  detected: readonly Point[],
  truth: OksTruth,
  sigmas: readonly number[],
): number {
  const { keypoints, box, area } = truth;
  const isLabelled = keypoints.some(({ v }) => v > 0);
  const outside = (at: number, start: number, length: number) =>
    Math.max(0, start - length - at) + Math.max(0, at - (start + length * 2));
  let sum = 0;
  let joints = 0;
  sigmas.forEach((sigma, joint) => {
    const { x, y } = detected[joint]!;
    const labelled = keypoints[joint]!;
    if (isLabelled && labelled.v === 0) return;
    const dx = isLabelled ? x - labelled.x : outside(x, box.x, box.width);
    const dy = isLabelled ? y - labelled.y : outside(y, box.y, box.height);
    sum += Math.exp(-(dx ** 2 + dy ** 2) / (sigma * 2) ** 2 / (area + EPSILON) / 2);
    joints++;
  });
  return sum / joints;
}
