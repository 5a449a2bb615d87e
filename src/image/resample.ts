// Cuts an upright, scaled window out of an RGB picture, averaging where pixels would be skipped.
import type { Size } from '../pose/types.ts';
import { kernelFor } from './resample-kernel.ts';
import { tapsOf, type Taps } from './taps.ts';
import { checkPixels, type WarpOptions } from './warp.ts';

/** What the kernel may read or write behind an area, bytes. */
const SLACK = 64;
/** Whole rows of up to so many bytes are copied at once; of larger pictures, what is looked at in each row. */
const WHOLE_ROWS = 2 ** 20;
/** Bits behind the point of the kernel's sums of rows. */
const FRACTION = 7;

/**
 * As `warpRgb` (within one grey level) where steps are small, in a fraction of its time: x of the source must depend on x of
 * the result alone, and y on y.
 * @throws {RangeError} for an affine that turns, shears or mirrors, and where `pixels` do not fill `source`.
 */
export function resampleRgb(pixels: Uint8Array, source: Size, options: WarpOptions): Uint8Array {
  const { size, fill, padding } = options;
  const [stepX, shearX, startX, shearY, stepY, startY] = options.sourceFromResult;
  if (shearX !== 0 || shearY !== 0 || !(stepX > 0) || !(stepY > 0)) {
    throw new RangeError(
      `Expected an affine that scales and moves, got ${options.sourceFromResult.join()}`,
    );
  }
  checkPixels(pixels, source);
  const columns = tapsOf(size.width, { length: source.width, step: stepX, start: startX, padding });
  const rows = tapsOf(size.height, { length: source.height, step: stepY, start: startY, padding });
  const [x, y] = [seen(columns.from), seen(rows.from)];
  const line = 3 * x.count;
  const isWhole = 3 * source.width * y.count <= WHOLE_ROWS;
  const stride = isWhole ? 3 * source.width : line;
  const pixelsOut = size.width * size.height;

  const { starts, end } = layout([
    ...[line, y.count * stride, 2 * line + 6, 3 * pixelsOut],
    ...[rows.from, rows.weight, columns.from, columns.weight].map((taps) => taps.byteLength),
  ]);
  const { memory, resample } = kernelFor(end);
  const [outside, inside, sums, result] = starts as [number, number, number, number];
  const bytes = new Uint8Array(memory.buffer);
  for (let i = 0; i < line; i++) bytes[outside + i] = fill[i % 3]!;
  new Int16Array(memory.buffer, sums, 3).set(fill.map((level) => level << FRACTION));
  if (isWhole) {
    bytes.set(pixels.subarray(y.first * stride, (y.first + y.count) * stride), inside);
  } else {
    for (let row = 0; row < y.count; row++) {
      const from = ((y.first + row) * source.width + x.first) * 3;
      bytes.set(pixels.subarray(from, from + line), inside + row * line);
    }
  }
  // Numbers of rows and columns become addresses.
  const words = new Int32Array(memory.buffer);
  const left = isWhole ? 3 * x.first : 0;
  const [rowFrom, rowWeight, columnFrom, columnWeight] = starts.slice(4) as [number, number, number, number]; // prettier-ignore
  for (let i = 0, to = rowFrom >> 2; i < rows.from.length; i++, to++) {
    const row = rows.from[i]!;
    words[to] = row < 0 ? outside : inside + (row - y.first) * stride + left;
  }
  for (let i = 0, to = columnFrom >> 2; i < columns.from.length; i++, to++) {
    const column = columns.from[i]!;
    words[to] = column < 0 ? 0 : 6 * (column - x.first + 1);
  }
  words.set(rows.weight, rowWeight >> 2);
  words.set(columns.weight, columnWeight >> 2);
  resample(line, size.height, rows.pairs, rowFrom, rowWeight, size.width, columns.pairs, columnFrom, columnWeight, sums, result); // prettier-ignore
  return bytes.slice(result, result + 3 * pixelsOut);
}

/** Areas one behind the other, each with slack, from an address that divides by 16. */
function layout(sizes: readonly number[]): { readonly starts: number[]; readonly end: number } {
  let end = 0;
  const starts = sizes.map((size) => {
    const at = end;
    end = Math.ceil((at + size + SLACK) / 16) * 16;
    return at;
  });
  return { starts, end };
}

/** The source pixels from the first to the last that are looked at. */
function seen(from: Taps['from']): { readonly first: number; readonly count: number } {
  let first = Infinity;
  let last = -1;
  for (const at of from) {
    if (at < 0) continue;
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  return last < 0 ? { first: 0, count: 0 } : { first, count: last - first + 1 };
}
