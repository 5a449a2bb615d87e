// One synchronous transaction: of writes, or of reads.
import type { Database } from './open.ts';

/**
 * Takes the write lock at once, commits what `work` wrote, or nothing if it throws. Inside another transaction it is a
 * savepoint of that one.
 * @throws SqliteError `SQLITE_BUSY` when another process holds the lock: call it through `retryBusy`.
 */
export function transaction<T>(db: Database, work: () => T): T {
  return db.sql.transaction(work).immediate();
}

/** Runs many small reads on one snapshot: without it each would take and release the lock of a reader. */
export function readTogether<T>(db: Database, work: () => T): T {
  return db.sql.transaction(work).deferred();
}
