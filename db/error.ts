// Failures of the database itself, as sentences that say what to do.

/** The database cannot be used; stops a run. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}

/** SQLite's result code (`SQLITE_BUSY_SNAPSHOT`), or undefined for any other error. */
export function sqliteCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}

/** The disk may have room again, and the lock be free, without anything being repaired. */
export function mayWorkLater(error: unknown): boolean {
  return /^SQLITE_(BUSY|FULL)/.test(sqliteCode(error) ?? '');
}

/** One sentence about why the database at `path` failed, and what helps. */
export function sentenceOf(error: unknown, path: string): string {
  const code = sqliteCode(error) ?? '';
  const told = error instanceof Error ? error.message : String(error);
  const advice = ADVICE.find(([prefix]) => code.startsWith(prefix))?.[1];
  return `Cannot use the database ${path}: ${advice ?? 'it could not be opened'} (${told}).`;
}

const ADVICE: readonly (readonly [string, string])[] = [
  ['SQLITE_NOTADB', 'the file is not an SQLite database; name another one with --cache'],
  [
    'SQLITE_CORRUPT',
    'the file is damaged (`heatstream cache verify` lists where); restore a copy, or move it away to start a fresh one',
  ],
  ['SQLITE_BUSY', 'another process keeps it locked; try again when that one has finished'],
  ['SQLITE_READONLY', 'it is read-only; make the file and its folder writable'],
  ['SQLITE_CANTOPEN', 'the file cannot be opened or created; check the path and its permissions'],
  ['SQLITE_FULL', 'the disk is full; free some space and run the same command again'],
  ['SQLITE_IOERR', 'reading or writing failed; check the disk'],
];
