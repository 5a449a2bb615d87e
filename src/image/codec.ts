// Stored crops: encoding and decoding of small RGB pictures of our own.
import type { Size } from '../pose/types.ts';
import { openEncoded, openRgb } from './sharp.ts';

/** JPEG without colour subsampling: limbs are a few pixels wide. `pixels`: [height, width, 3] RGB 0–255. */
export async function encodeJpeg(
  pixels: Uint8Array,
  { width, height }: Size,
  quality = 95,
): Promise<Buffer> {
  return openRgb(pixels, width, height).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** [size.height, size.width, 3] RGB 0–255. @throws when the JPEG is damaged or of another size. */
export async function decodeCropJpeg(
  bytes: Uint8Array,
  { width, height }: Size,
): Promise<Uint8Array> {
  const { data, info } = await openEncoded(bytes)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height || info.channels !== 3) {
    throw new Error(
      `Expected a stored crop of ${width}×${height}×3, got ${info.width}×${info.height}×${info.channels}`,
    );
  }
  return data;
}
