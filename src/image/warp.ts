// Exact bilinear warp of an RGB picture by an affine, in plain loops.
import type { Affine, Padding, Size } from '../pose/types.ts';

export interface WarpOptions {
  readonly size: Size;
  /** Maps pixels of the result to pixels of the source; pixel centres at integers in both. */
  readonly sourceFromResult: Affine;
  /** Taps outside the source: `fill`, or the nearest pixel. */
  readonly padding: Padding;
  /** RGB 0–255. */
  readonly fill: readonly [number, number, number];
}

/** [source.height, source.width, 3] RGB 0–255 in, [size.height, size.width, 3] out, rounded to the nearest. */
export function warpRgb(pixels: Uint8Array, source: Size, options: WarpOptions): Uint8Array {
  // Half a grey level turns the cut to whole numbers into rounding.
  const result = new Uint8Array(options.size.width * options.size.height * 3);
  warpInto(result, 0.5, pixels, source, options);
  return result;
}

/** The same without rounding. */
export function warpRgbExact(pixels: Uint8Array, source: Size, options: WarpOptions): Float32Array {
  const result = new Float32Array(options.size.width * options.size.height * 3);
  warpInto(result, 0, pixels, source, options);
  return result;
}

/** @throws {RangeError} where `pixels` are not those of an RGB picture of this size. */
export function checkPixels(pixels: Uint8Array, { width, height }: Size): void {
  if (pixels.length === width * height * 3) return;
  throw new RangeError(`Expected ${width}×${height}×3 bytes of pixels, got ${pixels.length}`);
}

function warpInto(
  result: Uint8Array | Float32Array,
  half: number,
  pixels: Uint8Array,
  source: Size,
  { size, sourceFromResult, padding, fill }: WarpOptions,
): void {
  checkPixels(pixels, source);
  const [a, b, c, d, e, f] = sourceFromResult;
  const lastX = source.width - 1;
  const lastY = source.height - 1;
  const stride = source.width * 3;
  const isEdge = padding === 'edge';
  let to = 0;
  for (let row = 0; row < size.height; row++) {
    for (let column = 0; column < size.width; column++, to += 3) {
      let x = a * column + b * row + c;
      let y = d * column + e * row + f;
      if (isEdge) {
        x = x < 0 ? 0 : x > lastX ? lastX : x;
        y = y < 0 ? 0 : y > lastY ? lastY : y;
      }
      const x0 = Math.floor(x);
      const y0 = Math.floor(y);
      const u = x - x0;
      const v = y - y0;
      if (x0 >= 0 && y0 >= 0 && x0 < lastX && y0 < lastY) {
        const from = y0 * stride + x0 * 3;
        const below = from + stride;
        const w11 = u * v;
        const w10 = u - w11;
        const w01 = v - w11;
        const w00 = 1 - u - w01;
        result[to] =
          w00 * pixels[from]! +
          w10 * pixels[from + 3]! +
          w01 * pixels[below]! +
          w11 * pixels[below + 3]! +
          half;
        result[to + 1] =
          w00 * pixels[from + 1]! +
          w10 * pixels[from + 4]! +
          w01 * pixels[below + 1]! +
          w11 * pixels[below + 4]! +
          half;
        result[to + 2] =
          w00 * pixels[from + 2]! +
          w10 * pixels[from + 5]! +
          w01 * pixels[below + 2]! +
          w11 * pixels[below + 5]! +
          half;
      } else if (x0 < -1 || y0 < -1 || x0 > lastX || y0 > lastY) {
        result[to] = fill[0];
        result[to + 1] = fill[1];
        result[to + 2] = fill[2];
      } else {
        borderPixel(result, to, half, pixels, source, x0, y0, u, v, isEdge ? null : fill);
      }
    }
  }
}

/** A pixel of which some taps lie outside; `fill` null repeats the edge. */
function borderPixel(
  result: Uint8Array | Float32Array,
  to: number,
  half: number,
  pixels: Uint8Array,
  { width, height }: Size,
  x0: number,
  y0: number,
  u: number,
  v: number,
  fill: readonly [number, number, number] | null,
): void {
  for (let channel = 0; channel < 3; channel++) {
    const tap = (x: number, y: number) => {
      if (fill && (x < 0 || y < 0 || x >= width || y >= height)) return fill[channel]!;
      const insideX = Math.min(Math.max(x, 0), width - 1);
      const insideY = Math.min(Math.max(y, 0), height - 1);
      return pixels[(insideY * width + insideX) * 3 + channel]!;
    };
    const above = (1 - u) * tap(x0, y0) + u * tap(x0 + 1, y0);
    const below = (1 - u) * tap(x0, y0 + 1) + u * tap(x0 + 1, y0 + 1);
    result[to + channel] = (1 - v) * above + v * below + half;
  }
}
