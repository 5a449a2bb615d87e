// Discovers pictures; what cannot be listed goes to quarantine with its reason.
import type { Database } from '../../db/open.ts';
import { discover } from '../stages/discover.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { setAside } from '../stages/set-aside.ts';

export interface ListContext {
  readonly db: Database;
  readonly signal: AbortSignal;
  /** Gets each problem; it is in quarantine already. */
  readonly onReject: (error: SampleError) => void;
}

export async function* listPictures(
  patterns: readonly string[],
  { db, signal, onReject }: ListContext,
): AsyncGenerator<string, void, undefined> {
  // Holds the problems of one directory at most: it is emptied before the next path goes out.
  let problems: SampleError[] = [];
  const settle = async () => {
    const found = problems;
    problems = [];
    for (const problem of found) {
      await setAside(db, problem);
      onReject(problem);
    }
  };
  const onProblem = (problem: SampleError) => void problems.push(problem);
  for await (const path of discover(patterns, { signal, onProblem })) {
    await settle();
    yield path;
  }
  await settle();
}
