// One synchronous write transaction.
import type { Database } from './open.ts';

/**
 * Takes the write lock at once, commits what `work` wrote, or nothing if it throws. Inside another transaction it is a
 * savepoint of that one.
 * @throws SqliteError `SQLITE_BUSY` when another process holds the lock: call it through `retryBusy`.
 */
export function transaction<T>(db: Database, work: () => T): T {
  return db.sql.transaction(work).immediate();
}
