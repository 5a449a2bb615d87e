// Applies `db/migrations/NNNN_name.sql` in order; `user_version` says how many a file has seen.
import { readdirSync, readFileSync } from 'node:fs';
import type BetterSqlite3 from 'better-sqlite3';
import { DatabaseError } from './error.ts';

const FOLDER = new URL('./migrations/', import.meta.url);

/** Each migration commits as a whole, so a killed process leaves a schema that the next one can finish. */
export function migrate(sql: BetterSqlite3.Database, path: string): void {
  const files = readdirSync(FOLDER)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .sort();
  const refuseNewer = () => {
    if (version(sql) <= files.length) return;
    throw new DatabaseError(
      `The database ${path} has schema version ${version(sql)}, and this heatstream knows versions up to ${files.length}: ` +
        'it was written by a newer heatstream. Update heatstream, or name another database with --cache.',
    );
  };
  refuseNewer();
  if (version(sql) === files.length) return;
  // Both in one look: another process may be migrating.
  const foreign = sql.transaction(() => (version(sql) === 0 ? firstTable(sql) : undefined))();
  if (foreign !== undefined) {
    throw new DatabaseError(
      `The database ${path} was made by another program (it has a table ${foreign}): name another one with --cache.`,
    );
  }
  // A table that is made anew under its old name must not take the rows that refer to it along.
  sql.pragma('foreign_keys = OFF');
  const applyMissing = sql.transaction(() => {
    // Another process may have migrated while this one waited for the lock.
    refuseNewer();
    for (const [index, name] of files.entries()) {
      if (index < version(sql)) continue;
      sql.exec(readFileSync(new URL(name, FOLDER), 'utf8'));
      sql.pragma(`user_version = ${index + 1}`);
    }
    if ((sql.pragma('foreign_key_check') as unknown[]).length > 0)
      throw new DatabaseError(`The database ${path} has rows that refer to none; restore a copy.`);
  });
  try {
    applyMissing.immediate();
  } finally {
    sql.pragma('foreign_keys = ON');
  }
}

/** Migrations commit with their version, so that a database of ours without one has no tables. */
function firstTable(sql: BetterSqlite3.Database): string | undefined {
  return sql
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 1")
    .pluck()
    .get();
}

function version(sql: BetterSqlite3.Database): number {
  return sql.pragma('user_version', { simple: true }) as number;
}
