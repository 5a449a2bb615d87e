// Person boxes in the reference's terms: centre, scale in units of 200 pixels, and the affine to a network input.
// Source: `_box2cs` and `get_affine_transform` of xierc/Semi_Human_Pose, in float64 throughout.
import { compose, scaling, similarity, translation } from './affine.ts';
import type { Affine, Box, Point, Size } from './types.ts';

export interface CentreScale {
  readonly centre: Point;
  /** Field of view over 200 pixels. */
  readonly scale: Size;
}

/** Side of scale 1 in pixels. */
const UNIT = 200;

/**
 * The box grown to the aspect of `input` and enlarged.
 * As the reference: a centre at x = -1 exactly means "unknown" and is not enlarged.
 */
export function boxToCentreScale(box: Box, input: Size, boxScale = 1.25): CentreScale {
  const centre = { x: box.x + box.width * 0.5, y: box.y + box.height * 0.5 };
  const aspect = input.width / input.height;
  const width = Math.max(box.width, box.height * aspect);
  const factor = (centre.x === -1 ? 1 : boxScale) / UNIT;
  return { centre, scale: { width: width * factor, height: (width / aspect) * factor } };
}

/**
 * Picture pixels to pixels of an input of `size` (origin `centres`): turns by `degrees` and scales about the centre, which
 * lands on (width / 2, height / 2). Only the width of the scale counts: the map is a similarity.
 */
export function inputFromPicture(
  { centre, scale }: CentreScale,
  degrees: number,
  size: Size,
): Affine {
  const turn = similarity({ centre, degrees, scale: size.width / (UNIT * scale.width) });
  return compose(translation(size.width / 2 - centre.x, size.height / 2 - centre.y), turn);
}

/**
 * The same crop as UDP makes it: the outermost pixel centres meet the edges of the field of view, each axis has its own
 * factor, and positive degrees turn the other way. Source: `get_warp_matrix` of HuangJunJie2017/UDP-Pose.
 */
export function inputFromPictureUdp(
  { centre, scale }: CentreScale,
  degrees: number,
  { width, height }: Size,
): Affine {
  const grow = scaling((width - 1) / (UNIT * scale.width), (height - 1) / (UNIT * scale.height));
  const turn = similarity({ centre: { x: 0, y: 0 }, degrees: -degrees, scale: 1 });
  const toCentre = translation((width - 1) / 2, (height - 1) / 2);
  return [grow, turn, translation(-centre.x, -centre.y)].reduce(compose, toCentre);
}

/**
 * The same crop as DarkPose makes it: the centre lands on ((width - 1) / 2, (height - 1) / 2), and both fields of view are a
 * pixel smaller. Source: lib/utils/transforms.py of ilovepose/DarkPose.
 */
export function inputFromPictureDarkPose(
  { centre, scale }: CentreScale,
  degrees: number,
  { width, height }: Size,
): Affine {
  const turn = similarity({ centre, degrees, scale: (width - 1) / (UNIT * scale.width - 1) });
  return compose(translation((width - 1) / 2 - centre.x, (height - 1) / 2 - centre.y), turn);
}
