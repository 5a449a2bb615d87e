import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePlainJpeg } from '../../src/image/plain-jpeg.ts';
import { giveBack } from '../../src/stages/give-back.ts';
import { gradientJpeg, noiseJpeg, rotatedJpeg } from '../support/pictures.ts';

const size = { width: 121, height: 83 };

describe('decodePlainJpeg', () => {
  it.each([['4:4:4'], ['4:2:0']] as const)(
    'reads a baseline JPEG of %s as libvips does',
    async (chromaSubsampling) => {
      const bytes = await sharp(await gradientJpeg(size))
        .jpeg({ quality: 90, chromaSubsampling })
        .toBuffer();
      const pixels = await decodePlainJpeg(bytes);
      const expected = await sharp(bytes).raw().toBuffer();
      expect(pixels).toHaveLength(expected.length);
      const differences = expected.map((value, i) => Math.abs(value - pixels![i]!));
      expect(Math.max(...differences)).toBeLessThanOrEqual(6);
      expect(differences.reduce((sum, value) => sum + value, 0) / expected.length).toBeLessThan(
        0.5,
      );
    },
  );

  it('leaves to libvips what is not plain', async () => {
    const plain = await noiseJpeg(size, 1);
    expect(await decodePlainJpeg(plain)).toBeDefined();
    const others = {
      'a profile': sharp(plain).withIccProfile('p3').jpeg(),
      'one channel': sharp(plain).toColourspace('b-w').jpeg(),
      'four channels': sharp(plain).toColourspace('cmyk').jpeg(),
      'several scans': sharp(plain).jpeg({ progressive: true }),
      'another format': sharp(plain).png(),
    };
    for (const [name, picture] of Object.entries(others)) {
      expect(await decodePlainJpeg(await picture.toBuffer()), name).toBeUndefined();
    }
    expect(await decodePlainJpeg(await rotatedJpeg(size, 6))).toBeUndefined();
  });

  it('leaves to libvips what ends early or is damaged', async () => {
    const plain = await noiseJpeg(size, 2);
    for (const length of [0, 2, 100, plain.length / 2, plain.length - 2]) {
      expect(await decodePlainJpeg(plain.subarray(0, length)), String(length)).toBeUndefined();
    }
    const damaged = Buffer.from(plain);
    // The table of the first scan's codes: nothing after it can be read.
    damaged.fill(0xff, damaged.indexOf(Buffer.from([0xff, 0xc4])) + 5, damaged.indexOf(Buffer.from([0xff, 0xda])) - 2); // prettier-ignore
    expect(await decodePlainJpeg(damaged)).toBeUndefined();
  });

  it('decodes a small picture on this thread where it is asked to, to the same pixels', async () => {
    const bytes = await noiseJpeg(size, 3);
    const here = decodePlainJpeg(bytes, { inPlace: true });
    expect(await here).toEqual(await decodePlainJpeg(bytes));
    const damaged = Buffer.from(bytes);
    damaged.fill(0xff, 200, 400);
    expect(await decodePlainJpeg(damaged, { inPlace: true })).toEqual(
      await decodePlainJpeg(damaged),
    );
  });

  it('leaves large pictures to libvips', async () => {
    const large = await gradientJpeg({ width: 1000, height: 525 });
    expect(await decodePlainJpeg(large)).toBeUndefined();
    expect(await decodePlainJpeg(await gradientJpeg({ width: 1000, height: 520 }))).toBeDefined();
  });

  it('holds the memory of a few pictures, however many it decodes', async () => {
    const bytes = await gradientJpeg({ width: 700, height: 740 });
    const decode = async (times: number) => {
      for (let i = 0; i < times; i++) giveBack((await decodePlainJpeg(bytes))!);
      return process.memoryUsage.rss();
    };
    const before = await decode(50);
    // 400 of them are 600 MiB.
    expect((await decode(400)) - before).toBeLessThan(150 * 2 ** 20);
  });
});
