// Suppresses double detections: of two people more alike than a threshold, the one with the higher score stays.
import type { PredictedKeypoint } from '../types.ts';

export interface NmsPerson {
  readonly keypoints: readonly PredictedKeypoint[];
  readonly score: number;
  /** Square pixels; the reference takes the enlarged box. */
  readonly area: number;
}

export interface NmsOptions {
  /** One a joint. */
  readonly sigmas: readonly number[];
  /** A person more similar than this to a better one is dropped. @default 0.9 */
  readonly threshold?: number;
  /**
   * Compares only joints whose score in the person with the lower score is above it; the better one's scores do not
   * matter, as in the reference. @default every joint
   */
  readonly minJointScore?: number;
}

/** @returns indices of those kept, highest score first */
export function oksNms(people: readonly NmsPerson[], options: NmsOptions): number[] {
  const { threshold = 0.9 } = options;
  const order = people.map((_, i) => i).sort((a, b) => people[b]!.score - people[a]!.score);
  const kept: number[] = [];
  for (const i of order) {
    if (kept.every((better) => similarity(people[better]!, people[i]!, options) <= threshold))
      kept.push(i);
  }
  return kept;
}

/**
 * OKS of two detections, with the mean of both areas; 0 where no joint is compared.
 * Source: `oks_iou` of HRNet's lib/nms/nms.py.
 */
export function similarity(
  better: NmsPerson,
  other: NmsPerson,
  { sigmas, minJointScore = -Infinity }: NmsOptions,
): number {
  const area = (better.area + other.area) / 2 + 2 ** -52;
  const terms = sigmas.flatMap((sigma, joint) => {
    const [p, q] = [better.keypoints[joint]!, other.keypoints[joint]!];
    if (!(q.score > minJointScore)) return [];
    return [Math.exp(-((p.x - q.x) ** 2 + (p.y - q.y) ** 2) / (2 * sigma) ** 2 / area / 2)];
  });
  return terms.length === 0 ? 0 : terms.reduce((sum, term) => sum + term, 0) / terms.length;
}
