// PCK: the share of labelled joints predicted within a fraction of a reference length.
import { jointErrors, type JointErrorOptions, type JointErrors } from './joint-errors.ts';

/** Whether a joint exactly at the threshold is right. */
export type PckRule = '<=' | '<';

export interface PckOptions extends JointErrorOptions {
  /** Fraction of the reference. @default 0.2 */
  readonly threshold?: number;
  /** @default '<=' */
  readonly rule?: PckRule;
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
  /** People left out because their reference is unknown or has no length. */
  readonly withoutReference: number;
  /** What was computed, in words. */
  readonly protocol: string;
}

export function pck(options: PckOptions): PckResult {
  const { threshold = 0.2, rule = '<=' } = options;
  const errors = jointErrors(options);
  const { right, counts } = within(errors, threshold, rule);
  const perJoint = counts.map((count, joint) => (100 * right[joint]!) / count);
  const labelled = perJoint.filter((value) => !Number.isNaN(value));
  return {
    pooled: (100 * sum(right)) / sum(counts),
    meanOverJoints: sum(labelled) / labelled.length,
    perJoint,
    counts,
    withoutReference: errors.withoutReference,
    protocol: `PCK@${threshold}: distance ${rule} ${threshold} x ${errors.reference}, pooled over all labelled joints`,
  };
}

/** Joints within `threshold` times the reference, and joints that count. @returns one number a joint each */
export function within(
  { perJoint }: JointErrors,
  threshold: number,
  rule: PckRule = '<=',
): { readonly right: readonly number[]; readonly counts: readonly number[] } {
  const measured = perJoint.map((errors) =>
    errors.flatMap(({ pixels, length }) => (length === undefined ? [] : [{ pixels, length }])),
  );
  const isRight = ({ pixels, length }: { pixels: number; length: number }) => {
    const limit = threshold * length;
    return pixels < limit || (rule === '<=' && pixels === limit);
  };
  return {
    right: measured.map((errors) => errors.filter(isRight).length),
    counts: measured.map((errors) => errors.length),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
