// Cuts the canonical crop of a person out of a decoded picture.
import { compose, invert } from '../pose/affine.ts';
import { cropFromImage } from '../pose/crop-geometry.ts';
import type { Affine, Box, CropSpec, Size } from '../pose/types.ts';
import { scaling, type DecodedPicture } from './decode.ts';
import { openRgb } from './sharp.ts';
import { warpRgb } from './warp.ts';

export interface CroppedPicture {
  /** [stored.height, stored.width, 3] RGB 0–255. */
  readonly pixels: Uint8Array;
  /** Maps pixels of the upright picture to pixels of the crop. */
  readonly cropFromImage: Affine;
}

/** Bilinear taps skip pixels beyond this many source pixels a result pixel: the picture is averaged down first. */
const LARGEST_STEP = 1.5;

interface Source {
  readonly pixels: Uint8Array;
  readonly size: Size;
  readonly sourceFromImage: Affine;
}

/** `box` in pixels of the upright picture; it may reach beyond the picture. */
export async function cropPicture(
  picture: DecodedPicture,
  box: Box,
  spec: CropSpec,
): Promise<CroppedPicture> {
  const affine = cropFromImage(box, spec);
  const imageFromCrop = invert(affine);
  const decoded = {
    pixels: picture.pixels,
    size: picture.size,
    sourceFromImage: picture.decodedFromImage,
  };
  const source = await shrink(decoded, imageFromCrop, spec.stored);
  return {
    pixels: warpRgb(source.pixels, source.size, {
      size: spec.stored,
      sourceFromResult: compose(source.sourceFromImage, imageFromCrop),
      padding: spec.padding,
      fill: spec.fill,
    }),
    cropFromImage: affine,
  };
}

/** Averages the part of the source that the crop sees down to about the crop's resolution. */
async function shrink(source: Source, imageFromCrop: Affine, stored: Size): Promise<Source> {
  const [stepX, , startX, , stepY, startY] = compose(source.sourceFromImage, imageFromCrop);
  if (Math.max(stepX, stepY) <= LARGEST_STEP) return source;
  const x = visible(startX, stepX, stored.width, source.size.width);
  const y = visible(startY, stepY, stored.height, source.size.height);
  if (x.length <= 0 || y.length <= 0) return source;
  const part = { width: x.length, height: y.length };
  const size = {
    width: Math.max(1, Math.round(part.width / Math.max(stepX, 1))),
    height: Math.max(1, Math.round(part.height / Math.max(stepY, 1))),
  };
  const pixels = await openRgb(source.pixels, source.size.width, source.size.height)
    .extract({ left: x.start, top: y.start, ...part })
    .resize(size.width, size.height, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const partFromSource: Affine = [1, 0, -x.start, 0, 1, -y.start];
  return {
    pixels,
    size,
    sourceFromImage: compose(scaling(part, size), compose(partFromSource, source.sourceFromImage)),
  };
}

/** The source pixels along one axis that the crop and its filter's reach touch, cut at the picture's border. */
function visible(start: number, step: number, count: number, limit: number) {
  const reach = 2 * step + 1;
  const first = Math.max(0, Math.floor(start - reach));
  const end = Math.min(limit, Math.ceil(start + step * (count - 1) + reach) + 1);
  return { start: first, length: end - first };
}
