// Which source pixels a resampled pixel is made of, along one axis, and in what shares.
import type { Padding } from '../pose/types.ts';

/** Weights are whole numbers of this sum, as in assembly/resample.ts. */
const UNIT = 2 ** 11;

/** Bilinear taps skip pixels beyond this many source pixels a result pixel: from there on the filter grows with the step. */
const LARGEST_STEP = 1.5;

/** Taps come in pairs. */
export interface Taps {
  /** Pairs a pixel. */
  readonly pairs: number;
  /** [pixels × pairs × 2] source pixels; -1 is outside. */
  readonly from: Int32Array;
  /** [pixels × pairs]: the weight of the first in the lower half, of the second in the upper; sum UNIT a pixel. */
  readonly weight: Int32Array;
}

export interface Axis {
  /** Source pixels. */
  readonly length: number;
  /** Source pixels a result pixel, > 0. */
  readonly step: number;
  /** Where the first result pixel's centre lies in the source, whose first centre is 0. */
  readonly start: number;
  /** `edge` takes the nearest pixel for those outside. */
  readonly padding: Padding;
}

/** A triangle filter: bilinear, and as wide as the step where steps are large. */
export function tapsOf(pixels: number, { length, step, start, padding }: Axis): Taps {
  const reach = step > LARGEST_STEP ? step : 1;
  const pairs = Math.ceil(reach);
  const from = new Int32Array(pixels * pairs * 2);
  const weight = new Int32Array(pixels * pairs);
  const last = length - 1;
  const isEdge = padding === 'edge';
  for (let i = 0, tap = 0; i < pixels; i++) {
    const centre = step * i + start;
    const first = Math.floor(centre - reach) + 1;
    let total = 0;
    for (let k = 0; k < 2 * pairs; k++) total += share(first + k - centre, reach);
    // Rounding sums, not shares, keeps the whole.
    let sum = 0;
    for (let k = 0, before = 0; k < 2 * pairs; k++, tap++) {
      const at = first + k;
      sum += share(at - centre, reach);
      const upTo = Math.round((UNIT * sum) / total);
      weight[tap >> 1]! |= (upTo - before) << (k % 2 === 0 ? 0 : 16);
      before = upTo;
      from[tap] = at >= 0 && at <= last ? at : !isEdge ? -1 : at < 0 ? 0 : last;
    }
  }
  return { pairs, from, weight };
}

const share = (distance: number, reach: number): number =>
  Math.max(0, 1 - Math.abs(distance) / reach);
