// What makes a figure hard to see, dealt evenly over a split: a hundred labels of one seed are as hard as those of another.
import { permutation } from '../pose/random.ts';

export interface Traits {
  /** Patches along a side of the background, 6–13: at nine of them a patch is as wide as two limbs. */
  readonly patches: number;
  /** Bars of clutter, 3–7. */
  readonly bars: number;
  /** Something stands in front, anywhere in the picture. */
  readonly isCovered: boolean;
}

/**
 * The traits of `count` figures of a split. Each kind of background and each number of bars has an equal share of the
 * figures (give or take one), three of each ten are covered; which figure gets what depends on (seed, split, count) alone.
 */
export function dealTraits(seed: number, split: string, count: number): Traits[] {
  const deck = (trait: string) => permutation(count, seed, `figure/${split}/${trait}`, 0);
  const patches = deck('patches');
  const bars = deck('bars');
  const covers = deck('cover');
  return Array.from({ length: count }, (_, i) => ({
    patches: 6 + (patches[i]! % 8),
    bars: 3 + (bars[i]! % 5),
    isCovered: covers[i]! % 10 < 3,
  }));
}
