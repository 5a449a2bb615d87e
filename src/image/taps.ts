// Which source pixels a resampled pixel is made of, along one axis, and in what shares.
import type { Padding } from '../pose/types.ts';

/** Weights are whole numbers of this sum: a colour weighted along both axes stays below 2^31. As in assembly/resample.ts. */
export const UNIT = 2 ** 11;

/** Bilinear taps skip pixels beyond this many source pixels a result pixel: from there on the filter grows with the step. */
const LARGEST_STEP = 1.5;

export interface Taps {
  /** Taps a pixel, an even number. */
  readonly count: number;
  /** [pixels × count] source pixels; -1 is outside. */
  readonly from: Int32Array;
  /** [pixels × count], sum UNIT a pixel. */
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
  const count = 2 * Math.ceil(reach);
  const from = new Int32Array(pixels * count);
  const weight = new Int32Array(pixels * count);
  for (let i = 0; i < pixels; i++) {
    const centre = step * i + start;
    const first = Math.floor(centre - reach) + 1;
    const share = (k: number) => Math.max(0, 1 - Math.abs(first + k - centre) / reach);
    let total = 0;
    for (let k = 0; k < count; k++) total += share(k);
    // Rounding sums, not shares, keeps the whole.
    let sum = 0;
    for (let k = 0, before = 0; k < count; k++) {
      sum += share(k);
      const upTo = Math.round((UNIT * sum) / total);
      weight[i * count + k] = upTo - before;
      before = upTo;
      const inside = Math.min(Math.max(first + k, 0), length - 1);
      from[i * count + k] = first + k === inside || padding === 'edge' ? inside : -1;
    }
  }
  return { count, from, weight };
}
