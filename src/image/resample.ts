// Cuts an upright, scaled window out of an RGB picture, averaging where pixels would be skipped.
import type { Size } from '../pose/types.ts';
import { kernelFor } from './resample-kernel.ts';
import { tapsOf, UNIT, type Taps } from './taps.ts';
import type { WarpOptions } from './warp.ts';

/** What the kernel may read or write behind an area. */
const SLACK = 64;

/**
 * As `warpRgb` (within one grey level) where steps are small, in a fraction of its time: x of the source must depend on x of
 * the result alone, and y on y.
 * @throws {RangeError} for an affine that turns, shears or mirrors.
 */
export function resampleRgb(pixels: Uint8Array, source: Size, options: WarpOptions): Uint8Array {
  const { size, fill, padding } = options;
  const [stepX, shearX, startX, shearY, stepY, startY] = options.sourceFromResult;
  if (shearX !== 0 || shearY !== 0 || !(stepX > 0) || !(stepY > 0)) {
    throw new RangeError(
      `Expected an affine that scales and moves, got ${options.sourceFromResult.join()}`,
    );
  }
  const columns = tapsOf(size.width, { length: source.width, step: stepX, start: startX, padding });
  const rows = tapsOf(size.height, { length: source.height, step: stepY, start: startY, padding });
  const [x, y] = [seen(columns.from), seen(rows.from)];
  const line = 3 * x.count;

  const area = layout([line, y.count * line, 4 * line + 12, 3 * size.width * size.height]);
  const taps = layout(
    [rows, rows, columns, columns].map(({ from }) => 4 * from.length),
    area.end,
  );
  const { memory, resample } = kernelFor(taps.end);
  const [outside, inside, sums, result] = area.starts as [number, number, number, number];
  const bytes = new Uint8Array(memory.buffer);
  for (let i = 0; i < line; i++) bytes[outside + i] = fill[i % 3]!;
  for (let row = 0; row < y.count; row++) {
    const from = ((y.first + row) * source.width + x.first) * 3;
    bytes.set(pixels.subarray(from, from + line), inside + row * line);
  }
  new Int32Array(memory.buffer, sums, 3).set(fill.map((level) => level * UNIT));
  const put = (at: number, values: Int32Array) => {
    new Int32Array(memory.buffer, at, values.length).set(values);
  };
  const [rowFrom, rowWeight, columnFrom, columnWeight] = taps.starts as [number, number, number, number]; // prettier-ignore
  put(rowFrom, rows.from.map((row) => (row < 0 ? outside : inside + (row - y.first) * line))); // prettier-ignore
  put(rowWeight, rows.weight);
  put(columnFrom, columns.from.map((column) => (column < 0 ? 0 : 12 * (column - x.first + 1)))); // prettier-ignore
  put(columnWeight, columns.weight);
  resample(line, size.height, rows.count, rowFrom, rowWeight, size.width, columns.count, columnFrom, columnWeight, sums, result); // prettier-ignore
  return bytes.slice(result, result + 3 * size.width * size.height);
}

/** Areas one behind the other, each with slack, from an address that divides by 16. */
function layout(sizes: readonly number[], start = 0) {
  let end = start;
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
