// AUC: the area under the curve of PCK over its threshold.
import { jointErrors, type JointErrorOptions } from './joint-errors.ts';
import { within } from './pck.ts';

export interface AucOptions extends JointErrorOptions {
  /** Largest threshold, a fraction of the reference. @default 0.5 */
  readonly upTo?: number;
  /** Intervals between 0 and `upTo`. @default 50 */
  readonly intervals?: number;
}

export interface AucResult {
  /** 0–100, 100 where every joint is exact; NaN where nothing was labelled. */
  readonly auc: number;
  /** The same of each joint. */
  readonly perJoint: readonly number[];
  readonly protocol: string;
}

/** By trapezoids between equidistant thresholds, 0 and `upTo` included, divided by `upTo`; pooled over labelled joints. */
export function auc(options: AucOptions): AucResult {
  const { upTo = 0.5, intervals = 50 } = options;
  const errors = jointErrors(options);
  const curve = Array.from({ length: intervals + 1 }, (_, i) =>
    within(errors, (upTo * i) / intervals),
  );
  const area = (shareAt: (point: (typeof curve)[number]) => number) => {
    const shares = curve.map(shareAt);
    const ends = (shares[0]! + shares.at(-1)!) / 2;
    return (100 * (shares.reduce((total, share) => total + share, 0) - ends)) / intervals;
  };
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    auc: area(({ right, counts }) => sum(right) / sum(counts)),
    perJoint: errors.perJoint.map((_, joint) =>
      area(({ right, counts }) => right[joint]! / counts[joint]!),
    ),
    protocol: `AUC: area under PCK@0…${upTo} in ${intervals} intervals, of ${errors.reference}, pooled over all labelled joints`,
  };
}
