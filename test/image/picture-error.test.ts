import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { isCutOff } from '../../src/image/cut-off.ts';
import { pictureError } from '../../src/image/picture-error.ts';
import { noiseJpeg } from '../support/pictures.ts';

const make = async (format: 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff') =>
  sharp(await noiseJpeg({ width: 120, height: 80 }, 3))
    .toFormat(format)
    .toBuffer();

describe('isCutOff', () => {
  it.each(['jpeg', 'png', 'webp', 'gif'] as const)(
    'tells a %s that ends too early',
    async (format) => {
      const whole = await make(format);
      expect(isCutOff(whole)).toBe(false);
      expect(isCutOff(Buffer.concat([whole, Buffer.alloc(100)]))).toBe(false);
      expect(isCutOff(whole.subarray(0, whole.length - 2000))).toBe(true);
    },
  );

  it('says nothing about formats without a mark at the end', async () => {
    const whole = await make('tiff');
    expect(isCutOff(whole.subarray(0, 500))).toBe(false);
    expect(isCutOff(new Uint8Array(0))).toBe(false);
  });
});

describe('pictureError', () => {
  it('takes the reason from the bytes, whatever the decoder says', async () => {
    const whole = await make('jpeg');
    const { message } = pictureError(new Error('Unknown error'), whole.subarray(0, 3000));
    expect(message).toBe('the file ends before the picture does (Unknown error)');
    expect(pictureError(new Error('premature end'), whole).message).toMatch(
      /^the picture is damaged/,
    );
  });
});
