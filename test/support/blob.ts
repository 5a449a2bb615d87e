// One bright spot in a crop, and where it stands after any number of warps: its centre of mass.
import type { Affine, Crop, Point, Size } from '../../src/pose/types.ts';

/** A Gaussian spot of this deviation on the mean colour, one a crop. */
export function blobCrop(
  id: number,
  size: Size,
  { at, deviation, cropFromImage }: { at: Point; deviation: number; cropFromImage: Affine },
): Crop {
  const pixels = new Uint8Array(size.width * size.height * 3);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const squared = (x - at.x) ** 2 + (y - at.y) ** 2;
      const value = 100 + 150 * Math.exp(-squared / (2 * deviation ** 2));
      pixels.fill(Math.round(value), (y * size.width + x) * 3, (y * size.width + x) * 3 + 3);
    }
  }
  return { id, pixels, size, cropFromImage };
}

/** Centre of mass of one channel of the first sample, [height, width, channels]; undefined where it holds nothing. */
export function centre(
  data: ArrayLike<number>,
  { width, height }: Size,
  channels: number,
  channel: number,
): Point | undefined {
  let [mass, x, y] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    // What rounding to bytes leaves of the background is no part of the spot.
    const value = data[i * channels + channel]!;
    const weight = value > 0.02 ? value : 0;
    mass += weight;
    x += weight * (i % width);
    y += weight * Math.floor(i / width);
  }
  return mass > 0.5 ? { x: x / mass, y: y / mass } : undefined;
}

export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
