// Discovers pictures; what cannot be listed goes to quarantine with its reason.
import type { Database } from '../../db/open.ts';
import { UsageError } from '../config/resolve.ts';
import { discover } from '../stages/discover.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { setAside } from '../stages/set-aside.ts';

export interface ListContext {
  readonly db: Database;
  readonly signal: AbortSignal;
  /** Gets each problem; it is in quarantine already. */
  readonly onReject: (error: SampleError) => void;
}

/** @throws {UsageError} where a name is empty, as an unset variable of a shell leaves it */
export async function* listPictures(
  patterns: readonly string[],
  { db, signal, onReject }: ListContext,
): AsyncGenerator<string, void, undefined> {
  if (patterns.includes(''))
    throw new UsageError('expected folders, pictures, globs or @list.txt, got an empty name');
  const onProblem = async (problem: SampleError) => {
    await setAside(db, problem);
    onReject(problem);
  };
  yield* discover(patterns, { signal, onProblem });
}
