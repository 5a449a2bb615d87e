// Decodes any supported picture to upright 8-bit sRGB pixels, smaller where the caller can do with less.
import type { Affine, Size } from '../pose/types.ts';
import { identity } from '../pose/affine.ts';
import { pictureError } from './picture-error.ts';
import type { PictureInfo } from './picture-info.ts';
import { decodePlainJpeg, type PlainOptions } from './plain-jpeg.ts';
import { readPictureInfo } from './picture-info.ts';
import { openEncoded } from './sharp.ts';

export interface DecodedPicture {
  /** [size.height, size.width, 3] RGB 0–255, upright. */
  readonly pixels: Uint8Array;
  readonly size: Size;
  /** Size of the picture itself, upright. */
  readonly full: Size;
  /** Maps pixels of the picture to pixels here; identity unless it was decoded smaller. */
  readonly decodedFromImage: Affine;
}

export interface DecodeOptions extends PlainOptions {
  /** How many times smaller the picture may come, >= 1. @default 1 */
  readonly maxScaleDown?: number;
  /** What `readPictureInfo` said, if it was asked already. */
  readonly info?: PictureInfo;
}

/** Below this, decoding smaller costs more than it saves. */
const LEAST_SCALE_DOWN = 2;
/** What shows through transparent pixels. */
const GREY = { r: 128, g: 128, b: 128 };

/**
 * Handles CMYK, 16-bit, grey, palettes, alpha (flattened on grey), EXIF orientation; of an animation the first frame.
 * @throws {PictureError} for bytes that do not decode to the end.
 */
export async function decodeRgb(
  bytes: Uint8Array,
  { maxScaleDown = 1, info, inPlace }: DecodeOptions = {},
): Promise<DecodedPicture> {
  const known = info ?? (await readPictureInfo(bytes));
  const size = decodedSize(known, maxScaleDown);
  const isWhole = size.width === known.size.width && size.height === known.size.height;
  const plain = isWhole ? await decodePlainJpeg(bytes, { inPlace }) : undefined;
  if (plain) return { pixels: plain, size, full: size, decodedFromImage: identity };
  // The conversion takes as long as decoding.
  const image = openEncoded(bytes, { ignoreIcc: known.isSrgb }).autoOrient();
  if (!isWhole) {
    image.resize(size.width, size.height, { fit: 'fill', kernel: 'linear' });
  }
  const { data, info: raw } = await image
    .flatten({ background: GREY })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw pictureError(error, bytes);
    });
  return {
    pixels: threeChannels(data, raw.channels),
    size: { width: raw.width, height: raw.height },
    full: known.size,
    decodedFromImage: scaling(known.size, { width: raw.width, height: raw.height }),
  };
}

/**
 * A JPEG decodes at 1/2, 1/4 or 1/8 for less work; the decoder rounds sizes up, so that the scale is only exact where
 * both sides divide by 8.
 */
function decodedSize({ format, size }: PictureInfo, maxScaleDown: number): Size {
  const isExact =
    format === 'png' || (format === 'jpeg' && size.width % 8 === 0 && size.height % 8 === 0);
  if (maxScaleDown < LEAST_SCALE_DOWN || !isExact) return size;
  return {
    width: Math.ceil(size.width / maxScaleDown),
    height: Math.ceil(size.height / maxScaleDown),
  };
}

/** The affine of a resize that aligns the edges of both pictures. */
function scaling(from: Size, to: Size): Affine {
  const kx = to.width / from.width;
  const ky = to.height / from.height;
  return [kx, 0, (kx - 1) / 2, 0, ky, (ky - 1) / 2];
}

function threeChannels(data: Buffer, channels: number): Uint8Array {
  if (channels === 3) return data;
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let from = 0, to = 0; from < data.length; from += channels, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + (channels > 2 ? 1 : 0)]!;
    rgb[to + 2] = data[from + (channels > 2 ? 2 : 0)]!;
  }
  return rgb;
}
