// Colour operations on uint8 crops, after those of Pillow: [h, w, 3] RGB 0–255 in, a new picture out.
import type { Size } from '../pose/types.ts';

export interface Picture {
  /** [height, width, 3] RGB */
  readonly pixels: Uint8Array;
  readonly size: Size;
}

type Operation = (picture: Picture) => Picture;

/** Every value through a table of its channel, or one table for all. */
const throughTables = ({ pixels, size }: Picture, tables: readonly Uint8Array[]): Picture => ({
  size,
  pixels: pixels.map((value, i) => tables[i % tables.length]![value]!),
});

const table = (value: (level: number) => number): Uint8Array =>
  Uint8Array.from(Uint8ClampedArray.from({ length: 256 }, (_, level) => value(level)));

export const invert: Operation = (picture) => throughTables(picture, [table((v) => 255 - v)]);

/** Keeps the highest bits of each value. */
export const posterize = (picture: Picture, bits: number): Picture =>
  throughTables(picture, [table((v) => v & ~(2 ** (8 - bits) - 1))]);

/** Inverts the values from `threshold` up. */
export const solarize = (picture: Picture, threshold: number): Picture =>
  throughTables(picture, [table((v) => (v < threshold ? v : 255 - v))]);

/** Adds to the darker half. */
export const solarizeAdd = (picture: Picture, addition: number): Picture =>
  throughTables(picture, [table((v) => (v < 128 ? v + addition : v))]);

/** Stretches each channel over the whole range. */
export const autoContrast: Operation = (picture) =>
  throughTables(
    picture,
    histograms(picture).map((counts) => {
      const low = counts.findIndex((n) => n > 0);
      const high = counts.findLastIndex((n) => n > 0);
      return table((v) => (high > low ? ((v - low) * 255) / (high - low) : v));
    }),
  );

/** Makes the levels of each channel equally frequent, as far as whole levels allow. */
export const equalize: Operation = (picture) =>
  throughTables(
    picture,
    histograms(picture).map((counts) => {
      const used = counts.filter((n) => n > 0);
      const step = Math.floor((picture.pixels.length / 3 - (used.at(-1) ?? 0)) / 255);
      if (used.length <= 1 || step === 0) return table((v) => v);
      let below = Math.floor(step / 2);
      return Uint8Array.from(counts, (n) => {
        const level = Math.min(255, Math.floor(below / step));
        below += n;
        return level;
      });
    }),
  );

function histograms({ pixels }: Picture): number[][] {
  const counts = Array.from({ length: 3 }, () => Array.from({ length: 256 }, () => 0));
  pixels.forEach((value, i) => {
    counts[i % 3]![value]! += 1;
  });
  return counts;
}

const grey = (pixels: Uint8Array, i: number): number =>
  0.299 * pixels[i]! + 0.587 * pixels[i + 1]! + 0.114 * pixels[i + 2]!;

/** `factor` 1 is the picture, 0 what `base` says of a value, more goes beyond. */
function enhanced(
  { pixels, size }: Picture,
  factor: number,
  base: (index: number) => number,
): Picture {
  const result = new Uint8ClampedArray(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const from = base(i);
    result[i] = from + factor * (pixels[i]! - from);
  }
  return { pixels: new Uint8Array(result.buffer), size };
}

/** Towards grey, or away from it. */
export const saturation = (picture: Picture, factor: number): Picture =>
  enhanced(picture, factor, (i) => grey(picture.pixels, i - (i % 3)));

/** Towards the mean grey. */
export function contrast(picture: Picture, factor: number): Picture {
  let sum = 0;
  for (let i = 0; i < picture.pixels.length; i += 3) sum += grey(picture.pixels, i);
  const mean = Math.round(sum / (picture.pixels.length / 3));
  return enhanced(picture, factor, () => mean);
}

/** Towards black. */
export const brightness = (picture: Picture, factor: number): Picture =>
  enhanced(picture, factor, () => 0);

/** Towards a smoothed picture: 3x3 of ones, 5 in the middle; the outermost pixels stay. */
export function sharpness(picture: Picture, factor: number): Picture {
  const { pixels, size } = picture;
  const row = size.width * 3;
  return enhanced(picture, factor, (i) => {
    const x = Math.floor(i / 3) % size.width;
    const y = Math.floor(i / row);
    if (x === 0 || y === 0 || x === size.width - 1 || y === size.height - 1) return pixels[i]!;
    let sum = 4 * pixels[i]!;
    for (let at = i - row; at <= i + row; at += row) {
      sum += pixels[at - 3]! + pixels[at]! + pixels[at + 3]!;
    }
    return sum / 13;
  });
}

/** Paints a square; `centre` in pixels. At the upper and left border it keeps its size, as in the reference. */
export function paintSquare(
  { pixels, size }: Picture,
  centre: { readonly x: number; readonly y: number },
  side: number,
  [red, green, blue]: readonly [number, number, number],
): Picture {
  const result = pixels.slice();
  const [left, top] = [Math.max(0, centre.x - side / 2), Math.max(0, centre.y - side / 2)];
  for (let y = Math.floor(top); y < Math.min(size.height, top + side); y++) {
    for (let x = Math.floor(left); x < Math.min(size.width, left + side); x++) {
      result.set([red, green, blue], (y * size.width + x) * 3);
    }
  }
  return { pixels: result, size };
}
