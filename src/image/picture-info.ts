// Reads a picture's header: format, upright size, orientation, frames, channels. Decodes no pixels.
import type { Metadata } from 'sharp';
import type { Size } from '../pose/types.ts';
import { readJpegHeader } from './jpeg-header.ts';
import { PIXEL_LIMIT } from './limits.ts';
import { openEncoded } from './sharp.ts';
import { PictureError, pictureError } from './picture-error.ts';
import { isSrgbProfile } from './srgb-profile.ts';

export interface PictureInfo {
  /** jpeg, png, webp, tiff, gif, heif (avif). */
  readonly format: string;
  /** Upright: EXIF orientation applied. Of the first frame. */
  readonly size: Size;
  /** EXIF orientation of the file, 1–8. */
  readonly orientation: number;
  /** Frames; 1 for a still picture. */
  readonly pages: number;
  /** 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA or CMYK. */
  readonly channels: number;
  /** It carries a profile that says sRGB: converting its levels would change nothing. */
  readonly isSrgb: boolean;
}

const FORMATS = new Set(['jpeg', 'png', 'webp', 'tiff', 'gif', 'heif']);

/** @throws {PictureError} when the bytes are no picture, one of another kind, or one with too many pixels. */
export async function readPictureInfo(bytes: Uint8Array): Promise<PictureInfo> {
  const plain = readJpegHeader(bytes);
  if (plain && plain.size.width * plain.size.height <= PIXEL_LIMIT) {
    const { size, channels, isSrgb } = plain;
    return { format: 'jpeg', orientation: 1, pages: 1, size, channels, isSrgb };
  }
  const { format, width, height, orientation = 1, pages = 1, channels, icc } = await header(bytes);
  if (!FORMATS.has(format)) {
    throw new PictureError(`expected a JPEG, PNG, WebP, TIFF, AVIF or GIF picture, got ${format}`);
  }
  if (width * height > PIXEL_LIMIT) {
    throw new PictureError(
      `${width}×${height} pixels are more than the limit of ${PIXEL_LIMIT} (${Math.round(PIXEL_LIMIT / 1e6)} megapixels)`,
    );
  }
  // EXIF 5–8 lie on their side.
  const size = orientation > 4 ? { width: height, height: width } : { width, height };
  return {
    format,
    size,
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    pages,
    channels,
    isSrgb: icc !== undefined && isSrgbProfile(icc),
  };
}

async function header(bytes: Uint8Array): Promise<Metadata> {
  try {
    // The limit is checked by the caller, not by libvips, for a sentence with the numbers in it.
    return await openEncoded(bytes, { limitInputPixels: false }).metadata();
  } catch (error) {
    throw pictureError(error, bytes);
  }
}
