// Opens the one SQLite file that holds pictures, crops, targets, runs and quarantine; brings its schema up to date.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { DatabaseError, sentenceOf } from './error.ts';
import { migrate } from './migrate.ts';

export interface Database {
  readonly path: string;
  /** For people: `SQLite 3.54.1`. */
  readonly version: string;
  readonly sql: BetterSqlite3.Database;
  /** The prepared statement of this text, prepared once. */
  prepare<Row = unknown>(text: string): BetterSqlite3.Statement<unknown[], Row>;
  /** Runs `work` at every `close`, before the file is closed: for what is kept in memory and written in batches. */
  onClose(work: () => void): void;
  /** Closes the file; a second call does nothing. */
  close(): void;
}

export interface OpenOptions {
  /** Refuse to make a new one. @default false */
  readonly mustExist?: boolean;
}

/** Longest wait for a lock inside SQLite, ms: it stalls the event loop, so waiting longer is `retryBusy`'s work. */
const BUSY_TIMEOUT = 20;
/** Opening happens before anything streams, so it may wait for another process that migrates. */
const OPEN_TIMEOUT = 15_000;

/**
 * Creates the parent folders and the file where they are missing, and applies the migrations.
 * WAL with `synchronous = NORMAL`: a killed process loses nothing it committed; a power cut may lose the last commits,
 * never the file.
 * @throws {DatabaseError} one sentence: not a database, damaged, not writable, or written by a newer heatstream.
 */
export function openDatabase(path: string, { mustExist = false }: OpenOptions = {}): Database {
  const file = path === ':memory:' ? path : resolve(path);
  if (mustExist && !existsSync(file)) {
    throw new DatabaseError(`There is no database ${file}: name the one you mean with --cache.`);
  }
  try {
    if (file !== ':memory:') {
      if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
        throw new DatabaseError(`${file} is a folder: name a file in it with --cache.`);
      makeFolder(dirname(file), file);
    }
    const sql = new BetterSqlite3(file, { timeout: OPEN_TIMEOUT });
    try {
      configure(sql);
      migrate(sql, file);
      sql.pragma(`busy_timeout = ${BUSY_TIMEOUT}`);
      return wrap(sql, file);
    } catch (error) {
      sql.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    throw new DatabaseError(sentenceOf(error, file), { cause: error });
  }
}

/** One folder at a time: Node's `recursive` never ends where a file system knows the parent and refuses the child (/proc). */
function makeFolder(folder: string, file: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder), file);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been faster.
    if (existsSync(folder)) return;
    throw new DatabaseError(
      `Cannot make the folder ${folder} for the database ${file}: ${(error as Error).message}.`,
      { cause: error },
    );
  }
}

function configure(sql: BetterSqlite3.Database): void {
  // Only has an effect on a file without pages. 16 KiB: a target is a few pages, a raw crop four.
  sql.pragma('page_size = 16384');
  sql.pragma('journal_mode = WAL');
  sql.pragma('synchronous = NORMAL');
  sql.pragma('foreign_keys = ON');
  sql.pragma(`mmap_size = ${2 ** 31}`);
  sql.pragma('cache_size = -65536');
  sql.pragma('temp_store = MEMORY');
}

function wrap(sql: BetterSqlite3.Database, path: string): Database {
  const statements = new Map<string, BetterSqlite3.Statement>();
  const closers: (() => void)[] = [];
  return {
    path,
    version: `SQLite ${sql.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '?'}`,
    sql,
    prepare<Row>(text: string) {
      let statement = statements.get(text);
      if (!statement) {
        statement = sql.prepare(text);
        statements.set(text, statement);
      }
      return statement as BetterSqlite3.Statement<unknown[], Row>;
    },
    onClose(work) {
      closers.push(work);
    },
    close() {
      if (!sql.open) return;
      for (const work of closers) work();
      sql.close();
    },
  };
}
