import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeRgb, type DecodedPicture } from '../../src/image/decode.ts';
import { PictureError } from '../../src/image/picture-error.ts';
import { apply, invert } from '../../src/pose/affine.ts';
import {
  animated,
  colourAt,
  gradient,
  gradientJpeg,
  noiseJpeg,
  rgb,
  rotatedJpeg,
} from '../support/pictures.ts';

const size = { width: 40, height: 24 };
const flat = { r: 200, g: 60, b: 30 };

/** Largest difference to the gradient, at the places that `decodedFromImage` names. */
function errorToGradient({ pixels, size, full, decodedFromImage }: DecodedPicture): number {
  const imageFromDecoded = invert(decodedFromImage);
  let largest = 0;
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const place = apply(imageFromDecoded, { x, y });
      const i = (y * size.width + x) * 3;
      largest = Math.max(
        largest,
        Math.abs(pixels[i]! - colourAt(place.x, full.width)),
        Math.abs(pixels[i + 1]! - colourAt(place.y, full.height)),
      );
    }
  }
  return largest;
}

const firstPixel = async (bytes: Uint8Array) => [...(await decodeRgb(bytes)).pixels.subarray(0, 3)];

describe('decodeRgb', () => {
  it.each(['jpeg', 'png', 'webp'] as const)(
    'shows a %s of any profile in sRGB, and one that says sRGB as it is',
    async (format) => {
      const profiled = (name: string) =>
        rgb(gradient(size), size).withIccProfile(name).toFormat(format).toBuffer();
      const [wide, usual] = [await profiled('p3'), await profiled('srgb')];
      const converted = await sharp(wide).toColourspace('srgb').raw().toBuffer();
      expect((await decodeRgb(wide)).pixels).toEqual(converted);
      const asItIs = await sharp(usual, { ignoreIcc: true }).raw().toBuffer();
      const { pixels } = await decodeRgb(usual);
      // Two decoders of JPEG round differently.
      const differences = asItIs.map((value, i) => Math.abs(value - pixels[i]!));
      expect(Math.max(...differences)).toBeLessThanOrEqual(format === 'jpeg' ? 6 : 0);
    },
  );

  it.each(['png', 'webp', 'tiff', 'avif'] as const)('decodes %s', async (format) => {
    const bytes = await rgb(gradient(size), size)
      .toFormat(format, { lossless: true, ...(format === 'tiff' && { compression: 'lzw' }) })
      .toBuffer();
    const decoded = await decodeRgb(bytes);
    expect(decoded).toMatchObject({ size, full: size, decodedFromImage: [1, 0, 0, 0, 1, 0] });
    expect(errorToGradient(decoded)).toBeLessThan(3);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('turns EXIF orientation %i upright', async (orientation) => {
    const decoded = await decodeRgb(await rotatedJpeg(size, orientation));
    expect(decoded.size).toEqual(size);
    expect(errorToGradient(decoded)).toBeLessThan(6);
  });

  it.each(['gif', 'webp'] as const)('takes the first frame of an animated %s', async (format) => {
    const decoded = await decodeRgb(await animated(size, format));
    expect(decoded.size).toEqual(size);
    expect(errorToGradient(decoded)).toBeLessThan(20);
  });

  it('brings CMYK to RGB', async () => {
    const create = { width: 16, height: 8, channels: 3, background: flat } as const;
    const bytes = await sharp({ create }).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    const [r, g, b] = await firstPixel(bytes);
    expect(r).toBeGreaterThan(150);
    expect(g! + b!).toBeLessThan(160);
  });

  it.each(['rgb16', 'grey16', 'b-w'] as const)(
    'brings %s to three channels of 8 bits',
    async (space) => {
      const create = {
        width: 16,
        height: 8,
        channels: 3,
        background: { r: 100, g: 100, b: 100 },
      } as const;
      const bytes = await sharp({ create }).toColourspace(space).png().toBuffer();
      expect((await sharp(bytes).metadata()).space).toBe(space);
      const decoded = await decodeRgb(bytes);
      expect(decoded.pixels).toHaveLength(16 * 8 * 3);
      for (const value of decoded.pixels) expect(Math.abs(value - 100)).toBeLessThanOrEqual(1);
    },
  );

  it.each([8, 16])('shows grey through transparent pixels of %i bits', async (bits) => {
    const background = { ...flat, alpha: 0.5 };
    const image = sharp({ create: { width: 16, height: 8, channels: 4, background } });
    const bytes = await (bits === 16 ? image.toColourspace('rgb16') : image).png().toBuffer();
    const [r, g, b] = await firstPixel(bytes);
    expect(Math.abs(r! - 164)).toBeLessThanOrEqual(2);
    expect(Math.abs(g! - 94)).toBeLessThanOrEqual(2);
    expect(Math.abs(b! - 79)).toBeLessThanOrEqual(2);
  });

  it('decodes a JPEG smaller on request, and says exactly where its pixels lie', async () => {
    for (const large of [
      { width: 640, height: 424 },
      { width: 424, height: 640 },
    ]) {
      for (const maxScaleDown of [2, 3.3, 4, 5.9, 9.5]) {
        const decoded = await decodeRgb(await gradientJpeg(large), { maxScaleDown });
        expect(decoded.size.width).toBe(Math.ceil(large.width / maxScaleDown));
        expect(decoded.full).toEqual(large);
        // A pixel of displacement at full size would be 170 / 640 of a level; JPEG rounds to whole ones.
        expect(errorToGradient(decoded)).toBeLessThan(3);
      }
    }
  });

  it('keeps a mark in its place, to a quarter of a pixel, when it decodes a turned JPEG smaller', async () => {
    const large = { width: 640, height: 424 };
    const mark = { x: 500, y: 96, side: 64 };
    const pixels = new Uint8Array(large.width * large.height * 3);
    for (let y = mark.y; y < mark.y + mark.side; y++) {
      for (let x = mark.x; x < mark.x + mark.side; x++)
        pixels.fill(255, (y * large.width + x) * 3, (y * large.width + x) * 3 + 3);
    }
    // Stored lying on its side: the upright picture is 424 wide and 640 high.
    const bytes = await rgb(pixels, large)
      .jpeg({ quality: 95 })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const decoded = await decodeRgb(bytes, { maxScaleDown: 5.3 });
    expect(decoded.full).toEqual({ width: 424, height: 640 });
    let [sum, sumX, sumY] = [0, 0, 0];
    for (let y = 0; y < decoded.size.height; y++) {
      for (let x = 0; x < decoded.size.width; x++) {
        const weight = decoded.pixels[(y * decoded.size.width + x) * 3]!;
        sum += weight;
        sumX += weight * x;
        sumY += weight * y;
      }
    }
    const centre = apply(invert(decoded.decodedFromImage), { x: sumX / sum, y: sumY / sum });
    // Orientation 6: upright x is 423 − stored y, upright y is stored x.
    expect(Math.abs(centre.x - (423 - (mark.y + 31.5)))).toBeLessThan(0.25);
    expect(Math.abs(centre.y - (mark.x + 31.5))).toBeLessThan(0.25);
  });

  it('decodes at full size what could not be placed exactly', async () => {
    const odd = { width: 641, height: 424 };
    const decoded = await decodeRgb(await gradientJpeg(odd), { maxScaleDown: 4 });
    expect(decoded.size).toEqual(odd);
  });

  it.each(['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const)(
    'refuses a %s that ends in the middle',
    async (format) => {
      const whole = await sharp(await noiseJpeg({ width: 120, height: 80 }, 3))
        .toFormat(format)
        .toBuffer();
      const half = whole.subarray(0, Math.floor(whole.length / 2));
      await expect(decodeRgb(half)).rejects.toThrow(PictureError);
    },
  );
});
