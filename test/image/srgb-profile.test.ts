import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { isSrgbProfile } from '../../src/image/srgb-profile.ts';
import { noiseJpeg } from '../support/pictures.ts';
import { matrixProfile, SRGB_PRIMARIES, srgbCurve } from '../support/profiles.ts';

const curve = { entries: 1024, at: srgbCurve };

/** As libvips embeds them. */
async function profileOf(name: string): Promise<Buffer> {
  const bytes = await noiseJpeg({ width: 16, height: 8 }, 1);
  const { icc } = await sharp(await sharp(bytes).withIccProfile(name).jpeg().toBuffer()).metadata();
  return icc!;
}

describe('isSrgbProfile', () => {
  it('knows sRGB by a formula and by tables of 256 to 4096 values, twice', async () => {
    const tables = [256, 1024, 4096].map((entries) =>
      matrixProfile(SRGB_PRIMARIES, { ...curve, entries }),
    );
    for (const profile of [await profileOf('srgb'), ...tables, tables[0]!])
      expect(isSrgbProfile(profile)).toBe(true);
  });

  it('does not take another space, another curve, or tables for each intent for it', async () => {
    const others = {
      p3: await profileOf('p3'),
      'Adobe RGB': matrixProfile(
        [
          [0.6097, 0.3111, 0.0195],
          [0.2053, 0.6257, 0.0609],
          [0.1492, 0.0632, 0.7446],
        ],
        { entries: 1024, at: (x) => x ** 2.2 },
      ),
      'a power of 2.2': matrixProfile(SRGB_PRIMARIES, { entries: 1024, at: (x) => x ** 2.2 }),
      'a straight line': matrixProfile(SRGB_PRIMARIES, { entries: 1024, at: (x) => x }),
      'swapped colours': matrixProfile([...SRGB_PRIMARIES].reverse(), curve),
      'tables for an intent': matrixProfile(SRGB_PRIMARIES, curve, ['A2B0']),
    };
    for (const [name, profile] of Object.entries(others))
      expect(isSrgbProfile(profile), name).toBe(false);
  });

  it('throws at nothing, and takes nothing broken for sRGB', () => {
    const whole = matrixProfile(SRGB_PRIMARIES, { ...curve, entries: 256 });
    for (let length = 0; length < whole.length; length++)
      expect(isSrgbProfile(whole.subarray(0, length))).toBe(false);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        (changes) => {
          const broken = Buffer.from(whole);
          for (const [at, value] of changes) broken[at] = value;
          expect(isSrgbProfile(broken)).toBeTypeOf('boolean');
        },
      ),
    );
  });
});
