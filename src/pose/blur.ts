// Gaussian blur of one map as OpenCV's GaussianBlur makes it when it is given a kernel size and no deviation.
import type { Size } from './types.ts';

/** OpenCV's fixed kernels of these sizes, instead of the formula. */
const TABLES: Readonly<Record<number, readonly number[]>> = {
  1: [1],
  3: [0.25, 0.5, 0.25],
  5: [0.0625, 0.25, 0.375, 0.25, 0.0625],
  7: [0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125],
  9: [4, 13, 30, 51, 60, 51, 30, 13, 4].map((value) => value / 256),
};

/** Weights of an odd kernel size, sum 1: OpenCV's tables up to 9, a Gaussian of deviation 0.3 ((size - 1) / 2 - 1) + 0.8 above. */
export function gaussianKernel(size: number): readonly number[] {
  if (!(Number.isSafeInteger(size) && size > 0 && size % 2 === 1)) {
    throw new RangeError(`Expected an odd kernel size above 0, got ${size}`);
  }
  const table = TABLES[size];
  if (table) return table;
  const centre = (size - 1) / 2;
  const deviation = 0.3 * (centre - 1) + 0.8;
  const weights = Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - centre) ** 2) / (2 * deviation ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The kernel size whose Gaussian is nearest to this deviation: 11 for 2, 17 for 3. */
export function kernelSize(sigma: number): number {
  return 2 * Math.max(0, Math.round((sigma - 0.8) / 0.3 + 1)) + 1;
}

/** What lies beyond the border: nothing, or the picture mirrored about its outermost pixels (reflect-101). */
export type Border = 'zero' | 'reflect';

/** @param map [height, width] */
export function blur(
  map: Float64Array,
  { width, height }: Size,
  kernel: readonly number[],
  border: Border,
): Float64Array {
  const across = blurLines(map, { count: height, length: width, stride: 1 }, kernel, border);
  return blurLines(across, { count: width, length: height, stride: width }, kernel, border);
}

/** Blurs `count` lines of `length` pixels that lie `stride` apart. */
function blurLines(
  map: Float64Array,
  { count, length, stride }: { count: number; length: number; stride: number },
  kernel: readonly number[],
  border: Border,
): Float64Array {
  const out = new Float64Array(map.length);
  const reach = (kernel.length - 1) / 2;
  const nextLine = stride === 1 ? length : 1;
  for (let line = 0; line < count; line++) {
    for (let at = 0; at < length; at++) {
      let sum = 0;
      for (let k = -reach; k <= reach; k++) {
        const beyond = at + k < 0 || at + k >= length;
        if (beyond && border === 'zero') continue;
        const from = beyond ? reflected(at + k, length) : at + k;
        sum += kernel[k + reach]! * map[line * nextLine + from * stride]!;
      }
      out[line * nextLine + at * stride] = sum;
    }
  }
  return out;
}

/** -1 is 1, length is length - 2, and so on to and fro. */
function reflected(at: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const folded = ((at % period) + period) % period;
  return folded < length ? folded : period - folded;
}
