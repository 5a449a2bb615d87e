import { describe, expect, it } from 'vitest';
import { PictureError } from '../../src/image/picture-error.ts';
import { readPictureInfo } from '../../src/image/picture-info.ts';
import { PIXEL_LIMIT } from '../../src/image/limits.ts';
import { libraryVersions } from '../../src/image/versions.ts';
import {
  animated,
  gradientJpeg,
  pngHeader,
  rgb,
  gradient,
  rotatedJpeg,
} from '../support/pictures.ts';

const size = { width: 40, height: 24 };

describe('readPictureInfo', () => {
  it.each(['png', 'webp', 'tiff', 'avif'] as const)(
    'reads the header of a %s picture',
    async (format) => {
      const bytes = await rgb(gradient(size), size).toFormat(format).toBuffer();
      expect(await readPictureInfo(bytes)).toEqual({
        format: format === 'avif' ? 'heif' : format,
        size,
        orientation: 1,
        pages: 1,
        channels: 3,
        isSrgb: false,
      });
      const image = rgb(gradient(size), size).withIccProfile('srgb');
      const profiled = await readPictureInfo(await image.toFormat(format).toBuffer());
      expect(profiled.isSrgb).toBe(true);
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'gives the upright size under EXIF orientation %i',
    async (orientation) => {
      const info = await readPictureInfo(await rotatedJpeg(size, orientation));
      expect(info).toMatchObject({ format: 'jpeg', size, orientation });
    },
  );

  it.each(['gif', 'webp'] as const)(
    'gives the size of one frame of an animated %s',
    async (format) => {
      const info = await readPictureInfo(await animated(size, format));
      expect(info).toMatchObject({ format, size });
    },
  );

  it('refuses by the header what has more pixels than the limit', async () => {
    const width = 2 ** 14;
    const bytes = pngHeader({ width, height: PIXEL_LIMIT / width + 1 });
    await expect(readPictureInfo(bytes)).rejects.toThrow(
      /16384×8193 pixels are more than the limit/,
    );
    await expect(
      readPictureInfo(pngHeader({ width, height: PIXEL_LIMIT / width })),
    ).resolves.toMatchObject({
      size: { width, height: PIXEL_LIMIT / width },
    });
  });

  it('refuses bytes that are no picture, and says how they start', async () => {
    const error = await readPictureInfo(Buffer.from('hello, world')).catch(
      (error: unknown) => error,
    );
    expect(error).toBeInstanceOf(PictureError);
    expect((error as Error).message).toContain('not a picture');
    expect((error as Error).message).toContain('"hello, w"');
    await expect(readPictureInfo(Buffer.alloc(0))).rejects.toThrow(PictureError);
  });

  it('reads only headers: a JPEG cut off in its pixels has one', async () => {
    const bytes = await gradientJpeg(size);
    await expect(readPictureInfo(bytes.subarray(0, bytes.length - 100))).resolves.toMatchObject({
      size,
    });
  });
});

describe('libraryVersions', () => {
  it('names the libraries', () => {
    expect(libraryVersions()).toMatch(/^sharp \d+\.\d+.*libvips \d+\.\d+/);
  });
});
