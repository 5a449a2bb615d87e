import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  autoContrast,
  brightness,
  contrast,
  equalize,
  invert,
  paintSquare,
  posterize,
  saturation,
  sharpness,
  solarize,
  solarizeAdd,
  type Picture,
} from '../../src/augment/picture-operations.ts';
import { pictureView } from '../../src/augment/picture-view.ts';
import { parseView } from '../../src/augment/view.ts';
import { rng } from '../../src/pose/random.ts';

const size = { width: 7, height: 5 };
const picture: fc.Arbitrary<Picture> = fc
  .uint8Array({ minLength: 105, maxLength: 105 })
  .map((pixels) => ({ pixels, size }));
const one = (...pixels: number[]): Picture => ({
  pixels: Uint8Array.from(pixels),
  size: { width: pixels.length / 3, height: 1 },
});

describe('operations on pictures', () => {
  it('change values as Pillow does', () => {
    expect([...invert(one(0, 100, 255)).pixels]).toEqual([255, 155, 0]);
    expect([...posterize(one(0, 127, 255), 4).pixels]).toEqual([0, 112, 240]);
    expect([...solarize(one(84, 85, 255), 85).pixels]).toEqual([84, 170, 0]);
    expect([...solarizeAdd(one(10, 127, 128), 110).pixels]).toEqual([120, 237, 128]);
    expect([...autoContrast(one(50, 0, 9, 100, 0, 9)).pixels]).toEqual([0, 0, 9, 255, 0, 9]);
    expect([...brightness(one(100, 200, 10), 1.5).pixels]).toEqual([150, 255, 15]);
    expect([...saturation(one(100, 100, 100), 0.2).pixels]).toEqual([100, 100, 100]);
    expect([...contrast(one(0, 0, 0, 200, 200, 200), 0).pixels]).toEqual([
      100, 100, 100, 100, 100, 100,
    ]);
  });

  it('leave a picture alone at factor 1', () => {
    fc.assert(
      fc.property(picture, (given) => {
        for (const change of [brightness, contrast, saturation, sharpness]) {
          expect(change(given, 1).pixels).toEqual(given.pixels);
        }
      }),
    );
  });

  it('order levels no other way when they are spread', () => {
    fc.assert(
      fc.property(picture, (given) => {
        for (const change of [autoContrast, equalize]) {
          const { pixels } = change(given);
          for (let i = 3; i < pixels.length; i += 3) {
            if (given.pixels[i]! >= given.pixels[i - 3]!)
              expect(pixels[i]!).toBeGreaterThanOrEqual(pixels[i - 3]!);
          }
        }
      }),
    );
  });

  it('paint inside the picture only', () => {
    const black = { pixels: new Uint8Array(105), size };
    const painted = paintSquare(black, { x: 6, y: 0 }, 4, [1, 2, 3]);
    const count = painted.pixels.filter((value) => value === 1).length;
    expect(count).toBe(3 * 4);
  });
});

describe('a view of colours', () => {
  it('is the same for the same random numbers, and another for others', () => {
    const given = { pixels: Uint8Array.from({ length: 105 }, (_, i) => (i * 37) % 256), size };
    const view = parseView('affine60+rand-augment+colour');
    const drawn = (seed: number) => pictureView(given, view, rng(seed, 'c', 0, 0), 1).pixels;
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
    expect(pictureView(given, parseView('affine60+cutout'), rng(1, 'c', 0, 0), 1)).toBe(given);
  });
});
