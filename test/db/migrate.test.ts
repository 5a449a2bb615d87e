import BetterSqlite3 from 'better-sqlite3';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readCropRow } from '../../db/crops.ts';
import { encodeTarget } from '../../db/target-blob.ts';
import { getTargets } from '../../db/targets.ts';
import { verifyDatabase } from '../../db/verify.ts';
import { fakeDigest, temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { smallTarget, targetSet } from '../support/targets.ts';

/** A database of schema version 1 with a crop, its target, and a use of it. */
function databaseOfVersion1(): string {
  const path = join(temporaryFolder(), 'old.sqlite');
  const sql = new BetterSqlite3(path);
  sql.exec(
    readFileSync(new URL('../../db/migrations/0001_data_plane.sql', import.meta.url), 'utf8'),
  );
  sql.pragma('user_version = 1');
  const pixels = Buffer.alloc(4 * 3 * 3, 7);
  const affine = Buffer.alloc(48);
  sql.exec(`INSERT INTO image VALUES (1, '${fakeDigest(1)}', 30, 20, 1, 'png', 9, 0);
    INSERT INTO instance VALUES (1, 1, 0, 0, 30, 20, 'whole-image');
    INSERT INTO crop_spec VALUES (1, '${fakeDigest(2)}', '{}');
    INSERT INTO teacher VALUES (1, '${targetSet.teacher}', NULL, 0, NULL, 0);
    INSERT INTO target_set VALUES (4, 1, 'running', 'canonical', '${targetSet.preprocessing}');`);
  sql
    .prepare(`INSERT INTO crop VALUES (3, 1, 1, 'raw', 4, 3, ?, ?, ?)`)
    .run(affine, crc32(pixels, crc32(affine)), pixels);
  sql.prepare('INSERT INTO target VALUES (5, 4, 3, 10, 77, 0.5, ?)').run(blobOfVersion1());
  sql.exec('INSERT INTO target_use VALUES (5, 6, 88)');
  sql.close();
  return path;
}

/** The same bytes with the old version number, and the checksum of the bytes alone. */
function blobOfVersion1(): Buffer {
  const blob = encodeTarget(smallTarget(1));
  blob[4] = 1;
  blob.writeUInt32LE(crc32(blob.subarray(0, -4)), blob.length - 4);
  return blob;
}

describe('migration', () => {
  it('of a database of version 1 keeps its crops, and its targets under their full key', () => {
    const db = temporaryDatabase(databaseOfVersion1());
    expect(readCropRow(db, 3).isIntact).toBe(true);
    const [target] = getTargets(db, [{ ...targetSet, cropId: 3 }]);
    expect(target).toMatchObject({ id: 5, step: 10, shape: [5, 4, 3] });
    expect(db.prepare('SELECT times_used FROM target_use').pluck().get()).toBe(6);
    expect(verifyDatabase(db).problems).toEqual([]);
    expect(db.sql.pragma('foreign_keys', { simple: true })).toBe(1);
  });

  it('leaves a database with broken references as it is, and says so', () => {
    const path = databaseOfVersion1();
    const sql = new BetterSqlite3(path);
    sql.pragma('foreign_keys = OFF');
    sql.exec('DELETE FROM crop');
    sql.close();
    expect(() => temporaryDatabase(path)).toThrow(/rows that refer to none/);
    const after = new BetterSqlite3(path);
    expect(after.pragma('user_version', { simple: true })).toBe(1);
    after.close();
  });
});
