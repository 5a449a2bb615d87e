// Keeps labelled people apart: they are never trained on, so that accuracy on them says something.
import { permutation } from '../pose/random.ts';

export interface Split<P> {
  readonly trained: readonly P[];
  /** The people that accuracy is measured on while training: those held out, or trained ones where none are. */
  readonly measured: readonly P[];
}

/** @throws RangeError where nobody would be left to train on */
export function holdOut<P>(people: readonly P[], count: number, seed: number): Split<P> {
  if (count === 0) return { trained: people, measured: people };
  if (count >= people.length) {
    throw new RangeError(
      `Expected --hold-out to leave labelled people to train on, got ${count} of ${people.length}`,
    );
  }
  const out = new Set(permutation(people.length, seed, 'hold-out', 0).slice(0, count));
  return {
    trained: people.filter((_, i) => !out.has(i)),
    measured: people.filter((_, i) => out.has(i)),
  };
}
