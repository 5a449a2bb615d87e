import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readJpegHeader } from '../../src/image/jpeg-header.ts';
import { noiseJpeg, rotatedJpeg } from '../support/pictures.ts';
import { matrixProfile, SRGB_PRIMARIES, srgbCurve } from '../support/profiles.ts';

const size = { width: 121, height: 83 };
const plain = await noiseJpeg(size, 1);

/** The plain picture with a segment of an application behind its first mark. */
function withSegment(marker: number, payload: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, (payload.length + 2) >> 8, (payload.length + 2) & 255]);
  return Buffer.concat([plain.subarray(0, 2), head, payload, plain.subarray(2)]);
}

/** @param tags each [tag, type, value] */
function exif(order: 'II' | 'MM', tags: readonly (readonly [number, number, number])[]): Buffer {
  const tiff = Buffer.alloc(10 + 12 * tags.length + 4);
  const u16 = (value: number, at: number) =>
    order === 'II' ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at);
  const u32 = (value: number, at: number) =>
    order === 'II' ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at);
  tiff.write(order);
  u16(42, 2);
  u32(8, 4);
  u16(tags.length, 8);
  for (const [i, [tag, type, value]] of tags.entries()) {
    u16(tag, 10 + 12 * i);
    u16(type, 12 + 12 * i);
    u32(1, 14 + 12 * i);
    u16(value, 18 + 12 * i);
  }
  return Buffer.concat([Buffer.from('Exif\0\0'), tiff]);
}

const profile = (bytes: Buffer, part = 1, parts = 1) =>
  withSegment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0'), Buffer.from([part, parts]), bytes])); // prettier-ignore
const srgb = matrixProfile(SRGB_PRIMARIES, { entries: 1024, at: srgbCurve });
const dark = matrixProfile(SRGB_PRIMARIES, { entries: 1024, at: (x) => x ** 3 });
const adobe = (transform: number) =>
  withSegment(0xee, Buffer.concat([Buffer.from('Adobe'), Buffer.from([0, 100, 0, 0, 0, 0, transform])])); // prettier-ignore

const upright = { size, channels: 3, isPlain: true, isSrgb: false };
const coloured = { ...upright, isPlain: false };

describe('readJpegHeader', () => {
  it.each([
    ['nothing more', plain, upright],
    ['a profile that says sRGB', profile(srgb), { ...upright, isSrgb: true }],
    ['another profile', profile(dark), coloured],
    ['a profile in two parts', profile(srgb, 1, 2), coloured],
    ['a segment of several pictures', withSegment(0xe2, Buffer.from('MPF\0II*\0')), upright],
    ["Adobe's mark and the usual transform", adobe(1), upright],
    ["Adobe's mark and no transform", adobe(0), coloured],
    ['EXIF without an orientation', withSegment(0xe1, exif('II', [[271, 2, 0]])), upright],
    ['EXIF of an upright picture', withSegment(0xe1, exif('MM', [[274, 3, 1]])), upright],
    ['EXIF of a turned picture', withSegment(0xe1, exif('II', [[274, 3, 6]])), undefined],
    ['EXIF of a turned one, big end first', withSegment(0xe1, exif('MM', [[271, 2, 0], [274, 3, 8]])), undefined], // prettier-ignore
    ['EXIF that cannot be read', withSegment(0xe1, Buffer.from('Exif\0\0II*\0\xff\0\0\0', 'latin1')), undefined], // prettier-ignore
    ['XMP', withSegment(0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0<x/>')), upright],
  ])('reads a header with %s', (_what, bytes, expected) => {
    expect(readJpegHeader(bytes)).toEqual(expected);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('tells orientation %i as libvips does', async (orientation) => {
    const header = readJpegHeader(await rotatedJpeg(size, orientation));
    if (orientation === 1) expect(header).toMatchObject({ size, isPlain: true });
    else expect(header).toBeUndefined();
  });

  it('agrees with libvips on whatever segments come together', async () => {
    const orientation = fc.constantFrom(1, 3, 6);
    const kind = fc.constantFrom(undefined, 'srgb', 'p3');
    await fc.assert(
      fc.asyncProperty(orientation, kind, fc.boolean(), async (turn, name, progressive) => {
        const image = sharp(plain).withMetadata({ orientation: turn });
        if (name) image.withIccProfile(name);
        const bytes = await image.jpeg({ progressive }).toBuffer();
        const header = readJpegHeader(bytes);
        const { width, height } = await sharp(bytes).metadata();
        expect(header).toEqual(
          turn === 1
            ? {
                size: { width, height },
                channels: 3,
                isPlain: !progressive && name !== 'p3',
                isSrgb: name !== 'p3',
              }
            : undefined,
        );
      }),
      { numRuns: 20 },
    );
  });
});
