// PCKh of MPII: the share of joints predicted within half the head's length.
import type { Point } from '../types.ts';

export interface PckhOptions {
  /** [person][joint], MPII order, the same pixels as the truths. */
  readonly predictions: readonly (readonly Point[])[];
  /** [person][joint] */
  readonly truths: readonly (readonly Point[])[];
  /** [person][joint]: not labelled. */
  readonly missing: readonly (readonly boolean[])[];
  /** [person]: two opposite corners of the head box. */
  readonly heads: readonly (readonly [Point, Point])[];
  /** Fraction of the head. @default 0.5 */
  readonly threshold?: number;
}

/** Percent, 0–100; NaN where nothing was labelled. */
export interface PckhResult {
  readonly head: number;
  readonly shoulder: number;
  readonly elbow: number;
  readonly wrist: number;
  readonly hip: number;
  readonly knee: number;
  readonly ankle: number;
  /** Pooled over the labelled joints but pelvis and thorax. */
  readonly mean: number;
  readonly right: readonly number[];
  readonly counts: readonly number[];
  readonly protocol: string;
}

/** MPII's own factor from the diagonal of the head box to the head. */
const HEAD_BIAS = 0.6;
const HEAD_TOP = 9;
/** [left, right] */
const PARTS = {
  shoulder: [13, 12],
  elbow: [14, 11],
  wrist: [15, 10],
  hip: [3, 2],
  knee: [4, 1],
  ankle: [5, 0],
} as const;
/** Pelvis and thorax. */
const LEFT_OUT: readonly number[] = [6, 7];

/** Source: `evaluate` of lib/dataset/mpii.py in xierc/Semi_Human_Pose. Limbs are the mean of left and right. */
export function pckh({
  predictions,
  truths,
  missing,
  heads,
  threshold = 0.5,
}: PckhOptions): PckhResult {
  const joints = truths[0]?.length ?? 0;
  const right = Array.from({ length: joints }, () => 0);
  const counts = Array.from({ length: joints }, () => 0);
  truths.forEach((truth, person) => {
    const [a, b] = heads[person]!;
    const head = HEAD_BIAS * Math.hypot(a.x - b.x, a.y - b.y);
    truth.forEach(({ x, y }, joint) => {
      if (missing[person]![joint]) return;
      const predicted = predictions[person]![joint]!;
      counts[joint]!++;
      if (Math.hypot(predicted.x - x, predicted.y - y) / head <= threshold) right[joint]!++;
    });
  });
  const share = (joint: number) => (100 * right[joint]!) / counts[joint]!;
  const part = ([l, r]: readonly [number, number]) => 0.5 * (share(l) + share(r));
  const total = (values: readonly number[]) =>
    values.reduce((sum, value, joint) => sum + (LEFT_OUT.includes(joint) ? 0 : value), 0);
  return {
    head: share(HEAD_TOP),
    shoulder: part(PARTS.shoulder),
    elbow: part(PARTS.elbow),
    wrist: part(PARTS.wrist),
    hip: part(PARTS.hip),
    knee: part(PARTS.knee),
    ankle: part(PARTS.ankle),
    mean: (100 * total(right)) / total(counts),
    right,
    counts,
    protocol: `PCKh@${threshold}: distance <= ${threshold} x ${HEAD_BIAS} x diagonal of the head box, pooled without pelvis and thorax`,
  };
}
