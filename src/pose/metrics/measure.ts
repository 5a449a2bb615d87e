// Computes one metric by its name, with the sentence that says what was computed.
import type { Box, Keypoint, Point, Skeleton } from '../types.ts';
import { auc } from './auc.ts';
import { epe } from './epe.ts';
import type { MetricName } from './metric-name.ts';
import { pck } from './pck.ts';

export interface Measured {
  /** `PCK@0.2` */
  readonly name: string;
  /** In `unit`; undefined where nobody counts, or where the skeleton lacks a joint that the metric needs. */
  readonly value: number | undefined;
  readonly unit: '%' | 'px';
  /** In `unit`, one a joint; NaN where none is labelled. */
  readonly perJoint?: readonly number[];
  /** What was computed, in words, or why it could not be. */
  readonly protocol: string;
}

export interface MeasureData {
  /** [person][joint] */
  readonly truths: readonly (readonly Keypoint[])[];
  readonly predictions: readonly (readonly Point[])[];
  /** [person] */
  readonly boxes: readonly Box[];
  readonly skeleton: Pick<Skeleton, 'joints'>;
}

/** PCK, AUC or EPE; OKS-AP has its own function, oksAp. */
export function measure(
  { kind, reference, threshold }: MetricName & { readonly kind: 'pck' | 'auc' | 'epe' },
  data: MeasureData,
): Measured {
  const options = { ...data, reference: { kind: reference } };
  const unit = kind === 'epe' ? 'px' : '%';
  const name = nameOf(kind, reference, threshold);
  try {
    if (kind === 'pck') {
      const { pooled, perJoint, protocol } = pck({ ...options, threshold });
      return { name, value: counted(pooled), unit, perJoint, protocol };
    }
    if (kind === 'auc') {
      const { auc: area, perJoint, protocol } = auc({ ...options, upTo: threshold });
      return { name, value: counted(area), unit, perJoint, protocol };
    }
    const { pixels, normalised, perJoint, protocol } = epe(options);
    const relative = Number.isNaN(normalised) ? '' : ` (${normalised.toFixed(4)} of that)`;
    return { name, value: counted(pixels), unit, perJoint, protocol: protocol + relative };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { name, value: undefined, unit, protocol: `no ${name}: ${error.message}` };
  }
}

function nameOf(
  kind: 'pck' | 'auc' | 'epe',
  reference: MetricName['reference'],
  threshold: number,
): string {
  if (kind !== 'pck') return kind.toUpperCase();
  const suffix = { torso: '', head: 'h', box: '-box' }[reference];
  return `PCK${suffix}@${threshold}`;
}

const counted = (value: number) => (Number.isNaN(value) ? undefined : value);
