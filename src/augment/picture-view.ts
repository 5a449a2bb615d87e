// RandAugment and colour changes of a crop, before it comes to the step: the same random numbers give the same pixels.
import type { Rng } from '../pose/random.ts';
import {
  autoContrast,
  brightness,
  contrast,
  equalize,
  invert,
  paintSquare,
  posterize,
  saturation,
  sharpness,
  solarize,
  solarizeAdd,
  type Picture,
} from './picture-operations.ts';
import type { View } from './view.ts';

/** `strength` is magnitude / 30; `pixel` the size of a pixel of a 256-pixel-high input. */
type RandomOperation = (picture: Picture, strength: number, random: Rng, pixel: number) => Picture;

const enhance =
  (change: (picture: Picture, factor: number) => Picture): RandomOperation =>
  (picture, strength, random) =>
    change(picture, 1 + (random.uniform() < 0.5 ? -1 : 1) * 0.9 * strength);

/** The eleven operations without geometry of Semi_Human_Pose lib/dataset/rand_augment.py, with their largest magnitudes. */
const RAND_AUGMENT: readonly RandomOperation[] = [
  autoContrast,
  equalize,
  invert,
  (picture) => posterize(picture, 4),
  (picture, strength) => solarize(picture, 256 * (1 - strength)),
  (picture, strength) => solarizeAdd(picture, 110 * strength),
  enhance(saturation),
  enhance(contrast),
  enhance(brightness),
  enhance(sharpness),
  (picture, strength, random, pixel) => {
    const centre = {
      x: random.integer(picture.size.width),
      y: random.integer(picture.size.height),
    };
    return paintSquare(picture, centre, 80 * strength * pixel, [125, 123, 114]);
  },
];

/** Factors of `colour`: uniform in 1 ± this. */
const COLOUR = 0.4;

/** @param pixel crop pixels a pixel of an input that is 256 pixels high */
export function pictureView(picture: Picture, view: View, random: Rng, pixel: number): Picture {
  return view.extras.reduce((seen, extra) => {
    if (extra.kind === 'colour') {
      const factor = () => 1 + COLOUR * (2 * random.uniform() - 1);
      return saturation(contrast(brightness(seen, factor()), factor()), factor());
    }
    if (extra.kind !== 'rand-augment') return seen;
    let result = seen;
    for (let i = 0; i < extra.count; i++) {
      const operation = RAND_AUGMENT[random.integer(RAND_AUGMENT.length)]!;
      result = operation(result, extra.magnitude / 30, random, pixel);
    }
    return result;
  }, picture);
}
