// Suppresses double detections: of two people more alike than a threshold, the one with the higher score stays.
import type { Point } from '../types.ts';

export interface NmsPerson {
  readonly keypoints: readonly Point[];
  readonly score: number;
  /** Square pixels; the reference takes the enlarged box. */
  readonly area: number;
}

/**
 * @param threshold a person more similar than this to a better one is dropped. @default 0.9
 * @returns indices of those kept, highest score first
 */
export function oksNms(
  people: readonly NmsPerson[],
  sigmas: readonly number[],
  threshold = 0.9,
): number[] {
  const order = people.map((_, i) => i).sort((a, b) => people[b]!.score - people[a]!.score);
  const kept: number[] = [];
  for (const i of order) {
    if (kept.every((better) => similarity(people[better]!, people[i]!, sigmas) <= threshold))
      kept.push(i);
  }
  return kept;
}

/** OKS of two detections: over all joints, with the mean of both areas. Source: `oks_iou` of HRNet's lib/nms/nms.py. */
export function similarity(a: NmsPerson, b: NmsPerson, sigmas: readonly number[]): number {
  const area = (a.area + b.area) / 2 + 2 ** -52;
  const terms = sigmas.map((sigma, joint) => {
    const [p, q] = [a.keypoints[joint]!, b.keypoints[joint]!];
    return Math.exp(-((p.x - q.x) ** 2 + (p.y - q.y) ** 2) / (2 * sigma) ** 2 / area / 2);
  });
  return terms.reduce((sum, term) => sum + term, 0) / terms.length;
}
