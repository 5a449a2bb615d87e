// A lock on a folder that ends with its process, however that ends: an exclusive transaction on an empty SQLite file in it.
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { DatabaseError, sqliteCode } from './error.ts';

export interface FolderLock {
  /** Gives the folder free; a second call does nothing. */
  release(): void;
}

/**
 * Takes the lock of a folder that exists; the file `lock` in it stays empty and stays there.
 * @returns undefined while somebody else holds it, in this process or in another one
 * @throws {DatabaseError} where the file cannot be made or the file system has no locks
 */
export function lockFolder(folder: string): FolderLock | undefined {
  const file = join(folder, 'lock');
  let sql: BetterSqlite3.Database | undefined;
  try {
    sql = new BetterSqlite3(file, { timeout: 0 });
    sql.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    sql?.close();
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) return undefined;
    throw new DatabaseError(
      `Cannot lock the folder ${folder}: expected ${file} to be empty and writable, on a file system with locks (${(error as Error).message}).`,
      { cause: error },
    );
  }
  const held = sql;
  return {
    release() {
      held.close();
    },
  };
}
