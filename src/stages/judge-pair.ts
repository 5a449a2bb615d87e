// The paper's rule: a student learns from its teacher where its view is the harder one of the two.
import type { ViewPair } from '../augment/view-pair.ts';
import type { ViewGap } from './measure-views.ts';

export type Verdict = 'easy to hard' | 'equal' | 'hard to easy';

/** Percentage points that a gap must have at least to count, however small its error. */
const LEAST = 0.5;

/** A gap within two standard errors, or of views of one name, is none. */
export function judgePair(
  { easy, hard }: Pick<ViewPair, 'easy' | 'hard'>,
  { gap, error }: ViewGap,
): Verdict {
  if (easy.name === hard.name || Math.abs(gap) < Math.max(LEAST, 2 * error)) return 'equal';
  return gap > 0 ? 'easy to hard' : 'hard to easy';
}
