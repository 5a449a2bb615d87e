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

/** Longest wait for company, ms. */
const PATIENCE = 2;

/**
 * Work that is handed over in one turn of the event loop, or while a commit waits for the lock, is committed together.
 * @param atWork how many may hand something over soon, those who wait already among them: while there are others, work waits
 *   for them up to 2 ms
 */
export function createGroupCommit(db: Database, atWork: () => number = () => 0): Commit {
  let waiting: Waiting[] = [];
  let isAsleep = true;
  let timer: NodeJS.Timeout | undefined;
  const flush = async () => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        const outcomes = await retryBusy(() => together(db, group) ?? oneByOne(db, group));
        for (const [i, settle] of outcomes.entries()) settle(group[i]!);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    isAsleep = true;
  };
  const wake = () => {
    clearTimeout(timer);
    timer = undefined;
    if (!isAsleep) return;
    isAsleep = false;
    setImmediate(() => void flush());
  };
  return <T>(work: () => T) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      if (waiting.length >= atWork()) wake();
      else timer ??= setTimeout(wake, PATIENCE);
    });
}

type Settle = (waiting: Waiting) => void;

/** Without a savepoint a piece of work; undefined, and nothing is written, where one of them throws. */
function together(db: Database, group: readonly Waiting[]): Settle[] | undefined {
  try {
    return transaction(db, () => group.map(({ work }) => fulfilled(work())));
  } catch {
    // Whose error it is, and whether the database is busy, is told when they run one by one.
    return undefined;
  }
}

function oneByOne(db: Database, group: readonly Waiting[]): Settle[] {
  return transaction(db, () =>
    group.map(({ work }): Settle => {
      try {
        return fulfilled(transaction(db, work));
      } catch (error) {
        return ({ reject }) => {
          reject(error);
        };
      }
    }),
  );
}

const fulfilled =
  (value: unknown): Settle =>
  ({ resolve }) => {
    resolve(value);
  };
