// Small test pictures: smooth, non-square, with a colour that tells where one is; and every bad kind by name.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import type { Size } from '../../src/pose/types.ts';

/** Red grows with x, green with y, from 40 to 210; blue is 90. [height, width, 3]. */
export function gradient({ width, height }: Size): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      pixels.set([Math.round(colourAt(x, width)), Math.round(colourAt(y, height)), 90], i);
    }
  }
  return pixels;
}

/** The gradient's value at a (fractional) pixel of an axis with `length` pixels. */
export function colourAt(position: number, length: number): number {
  return 40 + (170 * (position + 0.5)) / length;
}

/** Grey noise that no two seeds share. */
export function noise({ width, height }: Size, seed: number): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

export function rgb(pixels: Uint8Array, { width, height }: Size): Sharp {
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** JPEG, quality 95, 4:4:4, of noise. */
export async function noiseJpeg(size: Size, seed: number): Promise<Buffer> {
  return rgb(noise(size, seed), size).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
}

export async function gradientJpeg(size: Size): Promise<Buffer> {
  return rgb(gradient(size), size).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** The gradient, upright, in a file whose pixels lie as EXIF `orientation` says. */
export async function rotatedJpeg(size: Size, orientation: number): Promise<Buffer> {
  const right = size.width - 1;
  const bottom = size.height - 1;
  /** Where the stored pixel (x, y) stands upright, by EXIF orientation 1–8. */
  const upright = (x: number, y: number): readonly [number, number] => {
    const places = [
      [x, y],
      [right - x, y],
      [right - x, bottom - y],
      [x, bottom - y],
      [y, x],
      [right - y, x],
      [right - y, bottom - x],
      [y, bottom - x],
    ] as const;
    return places[orientation - 1]!;
  };
  const stored = orientation > 4 ? { width: size.height, height: size.width } : size;
  const pixels = gradient(size);
  const laid = new Uint8Array(pixels.length);
  for (let y = 0, i = 0; y < stored.height; y++) {
    for (let x = 0; x < stored.width; x++, i += 3) {
      const [column, row] = upright(x, y);
      const from = (row * size.width + column) * 3;
      laid.set(pixels.subarray(from, from + 3), i);
    }
  }
  return rgb(laid, stored)
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .withMetadata({ orientation })
    .toBuffer();
}

/** Three frames; the first is the gradient. */
export async function animated(size: Size, format: 'gif' | 'webp'): Promise<Buffer> {
  const frames = await Promise.all(
    [gradient(size), noise(size, 1), noise(size, 2)].map((pixels) =>
      rgb(pixels, size).png().toBuffer(),
    ),
  );
  const joined = sharp(frames, { join: { animated: true } });
  return format === 'gif' ? joined.gif().toBuffer() : joined.webp({ lossless: true }).toBuffer();
}

/** A PNG that claims so many pixels and holds none. */
export function pngHeader({ width, height }: Size): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', Buffer.from([0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01])),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

export interface BadPicture {
  readonly name: string;
  /** Matches the reason it must be refused with. */
  readonly reason: RegExp;
}

/** Writes every kind of bad picture into `folder`. */
export async function writeBadPictures(folder: string): Promise<BadPicture[]> {
  const jpeg = await noiseJpeg({ width: 96, height: 64 }, 7);
  const png = await rgb(noise({ width: 96, height: 64 }, 8), { width: 96, height: 64 })
    .png()
    .toBuffer();
  const files: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['truncated.jpg', jpeg.subarray(0, jpeg.length / 2), /ends before the picture does/],
    ['truncated.png', png.subarray(0, png.length / 2), /ends before the picture does/],
    ['empty.jpg', Buffer.alloc(0), /0 bytes/],
    ['text.jpg', Buffer.from('This is not a picture at all.\n'), /not a picture/],
    [
      'vector.png',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      /got svg/,
    ],
    ['bomb.png', pngHeader({ width: 60_000, height: 60_000 }), /60000×60000 pixels are more than/],
  ];
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  mkdirSync(join(folder, 'folder.jpg'));
  return [
    ...files.map(([name, , reason]) => ({ name, reason })),
    { name: 'folder.jpg', reason: /folder, not a picture/ },
    { name: 'missing.jpg', reason: /no such file/ },
  ];
}
