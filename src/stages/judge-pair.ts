// The paper's rule: a student learns from its teacher where its view is the harder one of the two.
import type { ViewPair } from '../augment/view-pair.ts';
import type { ViewGap } from './measure-views.ts';

/** `unclear`: the model is too weak, or the people are too few, to tell. */
export type Verdict = 'easy to hard' | 'equal' | 'hard to easy' | 'unclear';

/** Percentage points that a gap must have at least to count, however small its error. */
const LEAST = 0.5;
/** A view on top of the teacher's makes no difference where the gap is below this, its error added. */
const NEGLIGIBLE = 1;
/** Percent right in the easy view that a model must reach to be asked. */
const ABLE = 20;

/** A gap counts beyond two standard errors; views of one name are equal whatever is measured. */
export function judgePair(
  { easy: teacher, hard: student, onTop }: ViewPair,
  { easy, gap, error }: ViewGap,
): Verdict {
  if (teacher.name === student.name) return 'equal';
  if (Math.abs(gap) >= Math.max(LEAST, 2 * error)) return gap > 0 ? 'easy to hard' : 'hard to easy';
  const isNegligible = !onTop || gap + 2 * error < NEGLIGIBLE;
  return easy >= ABLE && isNegligible ? 'equal' : 'unclear';
}
