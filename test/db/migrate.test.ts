import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';

describe('migrations', () => {
  it('keep the rows of a database of the first schema, and what refers to them', () => {
    const path = join(temporaryFolder(), 'old.sqlite');
    const old = new BetterSqlite3(path);
    const first = new URL('../../db/migrations/0001_data_plane.sql', import.meta.url);
    old.exec(readFileSync(first, 'utf8'));
    old.exec(`
      INSERT INTO image VALUES (1, '${'a'.repeat(64)}', 30, 20, 1, 'png', 9, 0);
      INSERT INTO instance VALUES (7, 1, 1.5, 2, 10, 12, 'given');
      INSERT INTO crop_spec VALUES (1, '${'b'.repeat(64)}', '{}');
      INSERT INTO crop VALUES (5, 7, 1, 'raw', 1, 1, zeroblob(48), 0, zeroblob(3));
      PRAGMA user_version = 1;`);
    old.close();
    const db = temporaryDatabase(path);
    expect(
      db.sql.prepare('SELECT crop.id AS crop, x, source, made_by FROM crop JOIN instance').all(),
    ).toEqual([{ crop: 5, x: 1.5, source: 'given', made_by: '' }]);
    expect(db.sql.pragma('foreign_keys', { simple: true })).toBe(1);
    db.sql.exec('DELETE FROM image');
    expect(db.sql.prepare('SELECT count(*) AS n FROM crop').get()).toEqual({ n: 0 });
  });
});
