// Gives pictures the whole-number ids that COCO files need.
import type { PredictedPerson } from '../pose/types.ts';

/** Ids from 1 on, by path, so that they do not depend on the order of prediction. */
export function imageIds(people: readonly PredictedPerson[]): ReadonlyMap<string, number> {
  const paths = [...new Set(people.map(({ path }) => path))].sort((a, b) => (a < b ? -1 : 1));
  return new Map(paths.map((path, i) => [path, i + 1]));
}
