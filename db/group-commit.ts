// Puts the writes of several pieces of work into one transaction: a commit costs more than the rows in it.
import type { Database } from './open.ts';
import { retryBusy } from './retry.ts';
import { transaction } from './transaction.ts';

/** Runs `work`, which is synchronous, and settles when it is committed. What it throws undoes its own writes alone. */
export type Commit = <T>(work: () => T) => Promise<T>;

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Work that is handed over in one turn of the event loop, or while a commit waits for the lock, is committed together. */
export function createGroupCommit(db: Database): Commit {
  let waiting: Waiting[] = [];
  let isAsleep = true;
  const flush = async () => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        const outcomes = await retryBusy(() =>
          transaction(db, () => group.map(({ work }) => attempt(db, work))),
        );
        for (const [i, settle] of outcomes.entries()) settle(group[i]!);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    isAsleep = true;
  };
  return <T>(work: () => T) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      if (!isAsleep) return;
      isAsleep = false;
      setImmediate(() => void flush());
    });
}

/** Within the group's transaction this is a savepoint. */
function attempt(db: Database, work: () => unknown): (waiting: Waiting) => void {
  try {
    const value = transaction(db, work);
    return ({ resolve }) => {
      resolve(value);
    };
  } catch (error) {
    return ({ reject }) => {
      reject(error);
    };
  }
}
