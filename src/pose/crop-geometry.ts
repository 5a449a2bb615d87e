// The geometry of a person crop: picture → network input and picture → stored crop, in both pixel conventions.
// Source: `_box2cs` and `get_affine_transform` of xierc/Semi_Human_Pose, without the quirk at centre x = −1.
import type { Affine, Box, CropSpec, PixelOrigin, Size } from './types.ts';

/**
 * Field of view of the network input in picture pixels: `box` grown along its short side to the aspect of `input`,
 * then enlarged by `boxScale`. A box without any extent has none.
 */
export function viewSize(
  box: Size,
  { input, boxScale }: Pick<CropSpec, 'input' | 'boxScale'>,
): Size {
  const aspect = input.width / input.height;
  const width = Math.max(box.width, box.height * aspect) * boxScale;
  return { width, height: width / aspect };
}

/** Maps pixels of the upright picture to pixels of the network input. Rotation-free, same factor on both axes. */
export function inputFromImage(box: Box, spec: CropSpec): Affine {
  return windowOnto(box, viewSize(box, spec), spec.input, spec.origin);
}

/** Maps pixels of the upright picture to pixels of the stored crop: the same centre, `margin` times the field of view. */
export function cropFromImage(box: Box, spec: CropSpec): Affine {
  const view = viewSize(box, spec);
  const field = {
    width: view.width * spec.margin.width,
    height: view.height * spec.margin.height,
  };
  return windowOnto(box, field, spec.stored, spec.origin);
}

/** Maps pixels of the network input to pixels of the stored crop: the same for every box. */
export function cropFromInput({ input, margin, stored, origin }: CropSpec): Affine {
  const kx = stored.width / (input.width * margin.width);
  const ky = stored.height / (input.height * margin.height);
  const half = origin === 'edges' ? 0.5 : 0;
  return [
    kx,
    0,
    stored.width / 2 - half - kx * (input.width / 2 - half),
    0,
    ky,
    stored.height / 2 - half - ky * (input.height / 2 - half),
  ];
}

/** Scales the `field` around the centre of the box onto `size` pixels. */
function windowOnto(box: Box, field: Size, size: Size, origin: PixelOrigin): Affine {
  if (!(field.width > 0 && field.height > 0)) {
    throw new RangeError(
      `Expected a box with an extent, got ${box.width}×${box.height} at (${box.x}, ${box.y})`,
    );
  }
  const half = origin === 'edges' ? 0.5 : 0;
  const kx = size.width / field.width;
  const ky = size.height / field.height;
  return [
    kx,
    0,
    size.width / 2 - half - kx * (box.x + box.width / 2 - half),
    0,
    ky,
    size.height / 2 - half - ky * (box.y + box.height / 2 - half),
  ];
}
