// Cuts the canonical crop of a person out of a decoded picture.
import { compose, invert } from '../pose/affine.ts';
import { cropFromImage } from '../pose/crop-geometry.ts';
import type { Affine, Box, CropSpec } from '../pose/types.ts';
import type { DecodedPicture } from './decode.ts';
import { resampleRgb } from './resample.ts';

export interface CroppedPicture {
  /** [stored.height, stored.width, 3] RGB 0–255. */
  readonly pixels: Uint8Array;
  /** Maps pixels of the upright picture to pixels of the crop. */
  readonly cropFromImage: Affine;
}

/** `box` in pixels of the upright picture; it may reach beyond the picture. */
export function cropPicture(picture: DecodedPicture, box: Box, spec: CropSpec): CroppedPicture {
  const affine = cropFromImage(box, spec);
  const pixels = resampleRgb(picture.pixels, picture.size, {
    size: spec.stored,
    sourceFromResult: compose(picture.decodedFromImage, invert(affine)),
    padding: spec.padding,
    fill: spec.fill,
  });
  return { pixels, cropFromImage: affine };
}
