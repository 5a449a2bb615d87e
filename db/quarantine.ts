// Data that could not be used: where, at which stage, why, how often.
import type { FileFacts } from './catalog.ts';
import type { Database } from './open.ts';
import { pathFrom, rawPath } from './raw-path.ts';

export interface Rejected {
  /** Of the file, or the name of a cache row. */
  readonly path: string;
  readonly stage: string;
  readonly reason: string;
  /** The file as it failed: it is left alone until it changes. Without them it is tried each time. */
  readonly facts?: FileFacts | undefined;
}

export interface QuarantineRow {
  readonly path: string;
  readonly stage: string;
  readonly reason: string;
  /** ms since the epoch. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly attempts: number;
}

interface RawRow extends Omit<QuarantineRow, 'path'> {
  readonly path: string | Buffer;
}

const COLUMNS = 'path, stage, reason, first_seen AS firstSeen, last_seen AS lastSeen, attempts';

/** Adds one failed attempt. */
export function quarantine(
  db: Database,
  { path, stage, reason, facts }: Rejected,
  now = Date.now(),
): void {
  db.prepare(
    `INSERT INTO quarantine (path, stage, reason, first_seen, last_seen, attempts, bytes, mtime, inode)
     VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?)
     ON CONFLICT (path, stage) DO UPDATE SET reason = excluded.reason, last_seen = excluded.last_seen,
       attempts = attempts + 1, bytes = excluded.bytes, mtime = excluded.mtime, inode = excluded.inode,
       released = NULL`,
  ).run(
    rawPath(path),
    stage,
    reason,
    now,
    now,
    facts?.bytes ?? null,
    facts?.mtime ?? null,
    facts?.inode ?? null,
  );
}

/** Why this file, unchanged, is not to be tried again; undefined where it may be. */
export function findQuarantined(
  db: Database,
  path: string,
  facts: FileFacts,
): QuarantineRow | undefined {
  const row = db
    .prepare<RawRow>(
      `SELECT ${COLUMNS} FROM quarantine
       WHERE path = ? AND bytes = ? AND mtime = ? AND inode = ? AND released IS NULL`,
    )
    .get(rawPath(path), facts.bytes, facts.mtime, facts.inode);
  return row && rowFrom(row);
}

/** What is in quarantine now, by path. */
export function listQuarantine(db: Database): QuarantineRow[] {
  return db
    .prepare<RawRow>(
      `SELECT ${COLUMNS} FROM quarantine WHERE released IS NULL ORDER BY path, stage`,
    )
    .all()
    .map(rowFrom);
}

/** Lets these paths, or all, be tried again; their attempts stay counted. Returns how many rows were released. */
export function releaseQuarantine(
  db: Database,
  paths?: readonly string[],
  now = Date.now(),
): number {
  const release = 'UPDATE quarantine SET released = ? WHERE released IS NULL';
  if (!paths) return db.prepare(release).run(now).changes;
  const one = db.prepare(`${release} AND path = ?`);
  return db.sql
    .transaction(() =>
      paths.reduce((total, path) => total + one.run(now, rawPath(path)).changes, 0),
    )
    .immediate();
}

/** The path turned out well: forgets its failures. */
export function clearQuarantine(db: Database, path: string): void {
  // Looked up first: a DELETE takes the write lock even where there is nothing to delete.
  const raw = rawPath(path);
  const hasFailed = db.prepare('SELECT 1 FROM quarantine WHERE path = ? LIMIT 1').get(raw);
  if (hasFailed !== undefined) db.prepare('DELETE FROM quarantine WHERE path = ?').run(raw);
}

/** Nothing failed, ever: spares a look for each of many files. */
export function isQuarantineEmpty(db: Database): boolean {
  return db.prepare('SELECT 1 FROM quarantine LIMIT 1').get() === undefined;
}

function rowFrom({ path, ...row }: RawRow): QuarantineRow {
  return { path: pathFrom(path), ...row };
}
