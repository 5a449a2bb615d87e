// PCK: the share of labelled joints predicted within a fraction of the torso.
import type { Keypoint, Point, Skeleton } from '../types.ts';

export interface PckOptions {
  /** [person][joint]; a torso joint with v = 0 still measures the torso, unless it stands at (0, 0), which is COCO's "unknown". */
  readonly truths: readonly (readonly Keypoint[])[];
  /** [person][joint], the same pixels as the truths. */
  readonly predictions: readonly (readonly Point[])[];
  readonly skeleton: Pick<Skeleton, 'joints'>;
  /** Fraction of the torso. @default 0.2 */
  readonly threshold?: number;
  /** Joints whose true distance is the torso. @default left_shoulder to right_hip */
  readonly torso?: readonly [string, string];
  /** Whether a joint exactly at the threshold is right. @default '<=' */
  readonly rule?: '<=' | '<';
}

/** Percent, 0–100; NaN where nothing was labelled. */
export interface PckResult {
  /** Every labelled joint counts once. */
  readonly pooled: number;
  /** Mean of `perJoint` over joints with labels. */
  readonly meanOverJoints: number;
  readonly perJoint: readonly number[];
  /** Labelled joints that counted. */
  readonly counts: readonly number[];
  /** People left out because their torso is unknown or has no length. */
  readonly withoutTorso: number;
  /** What was computed, in words. */
  readonly protocol: string;
}

export function pck(options: PckOptions): PckResult {
  const { truths, predictions, skeleton, threshold = 0.2, rule = '<=' } = options;
  const { torso = ['left_shoulder', 'right_hip'] } = options;
  const [from, to] = torso.map((name) => {
    const joint = skeleton.joints.indexOf(name);
    if (joint !== -1) return joint;
    throw new RangeError(
      `Expected the torso joint ${name} among ${skeleton.joints.join(', ')}: name two joints of this skeleton`,
    );
  }) as [number, number];
  if (predictions.length !== truths.length) {
    throw new RangeError(`Expected ${truths.length} predicted people, got ${predictions.length}`);
  }
  const right = skeleton.joints.map(() => 0);
  const counts = skeleton.joints.map(() => 0);
  let withoutTorso = 0;
  truths.forEach((truth, person) => {
    const ends = [truth[from]!, truth[to]!] as const;
    const isUnknown = ends.some(({ x, y, v }) => v === 0 && x === 0 && y === 0);
    const limit = threshold * distance(...ends);
    if (isUnknown || !(limit > 0)) {
      withoutTorso++;
      return;
    }
    truth.forEach((keypoint, joint) => {
      if (keypoint.v === 0) return;
      const error = distance(keypoint, predictions[person]![joint]!);
      counts[joint]!++;
      if (error < limit || (rule === '<=' && error === limit)) right[joint]!++;
    });
  });
  const perJoint = counts.map((count, joint) => (100 * right[joint]!) / count);
  const labelled = perJoint.filter((value) => !Number.isNaN(value));
  return {
    pooled: (100 * sum(right)) / sum(counts),
    meanOverJoints: sum(labelled) / labelled.length,
    perJoint,
    counts,
    withoutTorso,
    protocol: `PCK@${threshold}: distance ${rule} ${threshold} x |${torso[0]} - ${torso[1]}|, pooled over all labelled joints`,
  };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
