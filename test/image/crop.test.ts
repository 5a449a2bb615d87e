import { describe, expect, it } from 'vitest';
import { decodeCropJpeg, encodeJpeg } from '../../src/image/codec.ts';
import { cropPicture } from '../../src/image/crop.ts';
import { decodeRgb, type DecodedPicture } from '../../src/image/decode.ts';
import { apply, identity, invert } from '../../src/pose/affine.ts';
import { cropFromImage } from '../../src/pose/crop-geometry.ts';
import type { Box, CropSpec, Size } from '../../src/pose/types.ts';
import { colourAt, gradient, gradientJpeg, noise } from '../support/pictures.ts';

const spec: CropSpec = {
  input: { width: 48, height: 64 },
  boxScale: 1.25,
  margin: { width: 1.5, height: 1.25 },
  stored: { width: 90, height: 84 },
  padding: 'zero',
  origin: 'edges',
  fill: [10, 20, 30],
};

function decodedGradient(size: Size): DecodedPicture {
  return { pixels: gradient(size), size, full: size, decodedFromImage: identity };
}

/** Largest difference between the crop and what the gradient shows at the places its affine names, clear of the border. */
function errorOf(pixels: Uint8Array, box: Box, its: CropSpec, full: Size, reach: number): number {
  const imageFromCrop = invert(cropFromImage(box, its));
  let largest = 0;
  let compared = 0;
  for (let y = 0; y < its.stored.height; y++) {
    for (let x = 0; x < its.stored.width; x++) {
      const place = apply(imageFromCrop, { x, y });
      const isClear =
        place.x >= reach &&
        place.y >= reach &&
        place.x < full.width - 1 - reach &&
        place.y < full.height - 1 - reach;
      if (!isClear) continue;
      compared++;
      const i = (y * its.stored.width + x) * 3;
      largest = Math.max(
        largest,
        Math.abs(pixels[i]! - colourAt(place.x, full.width)),
        Math.abs(pixels[i + 1]! - colourAt(place.y, full.height)),
      );
    }
  }
  expect(compared).toBeGreaterThan(1000);
  return largest;
}

describe('cropPicture', () => {
  const picture = { width: 300, height: 200 };
  const boxes: readonly (readonly [string, Box])[] = [
    ['larger than it is', { x: 140.3, y: 70.7, width: 20, height: 31 }],
    ['about as large as it is', { x: 120, y: 60, width: 45, height: 66 }],
    ['smaller than it is', { x: 60.5, y: 20.25, width: 140, height: 150 }],
  ];

  for (const [name, box] of boxes) {
    for (const origin of ['centres', 'edges'] as const) {
      it(`shows a person ${name} where its affine says, by ${origin}`, () => {
        const its = { ...spec, origin };
        const crop = cropPicture(decodedGradient(picture), box, its);
        expect(crop.pixels).toHaveLength(90 * 84 * 3);
        expect(crop.cropFromImage).toEqual(cropFromImage(box, its));
        // The gradient climbs 0.57 and 0.85 a pixel: an offset of one pixel would show.
        expect(errorOf(crop.pixels, box, its, picture, 6)).toBeLessThanOrEqual(1.1);
      });
    }
  }

  it('shows the same whether the picture was decoded in full or smaller', async () => {
    const large = { width: 1200, height: 800 };
    const box = { x: 300, y: 100, width: 500, height: 600 };
    const bytes = await gradientJpeg(large);
    for (const maxScaleDown of [1, 4, 7]) {
      const decoded = await decodeRgb(bytes, { maxScaleDown });
      const { pixels } = cropPicture(decoded, box, spec);
      expect(errorOf(pixels, box, spec, large, 24)).toBeLessThan(2.5);
    }
  });

  it('averages before it takes fewer pixels: fine noise turns grey', () => {
    const size = { width: 1400, height: 1100 };
    const decoded = { ...decodedGradient(size), pixels: noise(size, 5) };
    const { pixels } = cropPicture(decoded, { x: 450, y: 250, width: 450, height: 600 }, spec);
    const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    const deviation = Math.sqrt(
      pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels.length,
    );
    // Uniform noise deviates by 74; the crop looks at 9 × 11 pixels a pixel.
    expect(deviation).toBeLessThan(74 / 5);
  });

  it('beyond the picture shows the fill, or the nearest pixel', () => {
    const box = { x: -20, y: -30, width: 60, height: 80 };
    const corner = (padding: 'zero' | 'edge') => [
      ...cropPicture(decodedGradient(picture), box, { ...spec, padding }).pixels.subarray(0, 3),
    ];
    expect(corner('zero')).toEqual([10, 20, 30]);
    expect(corner('edge')).toEqual([...gradient(picture).subarray(0, 3)]);
  });

  it('beyond the picture shows the same when the picture is averaged down first', () => {
    const box = { x: -100, y: -150, width: 300, height: 400 };
    const corner = (padding: 'zero' | 'edge') => [
      ...cropPicture(decodedGradient(picture), box, { ...spec, padding }).pixels.subarray(0, 3),
    ];
    expect(corner('zero')).toEqual([10, 20, 30]);
    const edge = corner('edge');
    [...gradient(picture).subarray(0, 3)].forEach((value, i) => {
      expect(Math.abs(edge[i]! - value)).toBeLessThanOrEqual(3);
    });
  });
});

describe('stored crops', () => {
  const size = { width: 50, height: 34 };

  it('survive JPEG closely, and keep their colours at full resolution', async () => {
    const pixels = gradient(size);
    const decoded = await decodeCropJpeg(await encodeJpeg(pixels, size), size);
    expect(decoded).toHaveLength(pixels.length);
    pixels.forEach((value, i) => {
      expect(Math.abs(decoded[i]! - value)).toBeLessThanOrEqual(6);
    });
  });

  it('of another size than the row says are an error', async () => {
    const bytes = await encodeJpeg(gradient(size), size);
    await expect(decodeCropJpeg(bytes, { width: 34, height: 50 })).rejects.toThrow(
      /34×50×3, got 50×34×3/,
    );
  });
});
