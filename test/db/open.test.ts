import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { findImage, putImage } from '../../db/catalog.ts';
import { openDatabase } from '../../db/open.ts';
import { fakeDigest, temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';

const image = {
  sha256: fakeDigest(1),
  size: { width: 30, height: 20 },
  orientation: 6,
  format: 'jpeg',
  bytes: 1234,
};

describe('openDatabase', () => {
  it('creates the folders above the file', () => {
    const path = join(temporaryFolder(), 'a', 'b', 'cache.sqlite');
    temporaryDatabase(path);
    expect(existsSync(path)).toBe(true);
  });

  it('sets WAL, 16 KiB pages, foreign keys, and a busy timeout of at most 20 ms', () => {
    const { sql } = temporaryDatabase();
    const pragma = (name: string) => sql.pragma(name, { simple: true });
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('page_size')).toBe(16384);
    expect(pragma('foreign_keys')).toBe(1);
    expect(pragma('busy_timeout')).toBeLessThanOrEqual(20);
  });

  it('keeps what was committed when it is opened again', () => {
    const path = join(temporaryFolder(), 'cache.sqlite');
    const first = openDatabase(path);
    putImage(first, image);
    first.close();
    first.close();
    expect(findImage(temporaryDatabase(path), image.sha256)).toMatchObject(image);
  });

  it('keeps what was committed by a process that was killed in the middle of a transaction', () => {
    const path = join(temporaryFolder(), 'cache.sqlite');
    const script = join(temporaryFolder(), 'writer.ts');
    const db = new URL('../../db/', import.meta.url);
    writeFileSync(
      script,
      `import { openDatabase } from '${db.href}open.ts';
       import { putImage } from '${db.href}catalog.ts';
       const db = openDatabase(${JSON.stringify(path)});
       const image = ${JSON.stringify(image)};
       putImage(db, image);
       db.sql.exec('BEGIN IMMEDIATE');
       putImage(db, { ...image, sha256: '${fakeDigest(2)}' });
       process.kill(process.pid, 'SIGKILL');`,
    );
    expect(() => execFileSync(process.execPath, [script], { stdio: 'ignore' })).toThrow();
    const reopened = temporaryDatabase(path);
    expect(findImage(reopened, fakeDigest(1))).toMatchObject(image);
    expect(findImage(reopened, fakeDigest(2))).toBeUndefined();
    expect(reopened.sql.pragma('integrity_check', { simple: true })).toBe('ok');
  });

  it('refuses a schema that a newer heatstream wrote, and leaves it alone', () => {
    const path = join(temporaryFolder(), 'cache.sqlite');
    const db = openDatabase(path);
    db.sql.pragma('user_version = 99');
    db.close();
    expect(() => openDatabase(path)).toThrow(/schema version 99.*newer heatstream/);
  });

  it('says in one sentence that a file is no database', () => {
    const path = join(temporaryFolder(), 'cache.sqlite');
    writeFileSync(path, 'x'.repeat(40_000));
    expect(() => openDatabase(path)).toThrow(/Cannot use the database .*not an SQLite database/);
  });

  it('says that the name is a folder, or that the database is of another program', () => {
    const folder = temporaryFolder();
    expect(() => openDatabase(folder)).toThrow(/is a folder: name a file in it with --cache/);
    const path = join(folder, 'photos.sqlite');
    const other = new BetterSqlite3(path);
    other.exec('CREATE TABLE album (id)');
    other.close();
    expect(() => openDatabase(path)).toThrow(/made by another program \(it has a table album\)/);
  });

  it.skipIf(process.platform !== 'linux')(
    'ends with a sentence where a file system refuses the folder that the file is to lie in',
    () => {
      expect(() => openDatabase('/proc/nowhere/cache.sqlite')).toThrow(
        /Cannot make the folder \/proc\/nowhere for the database/,
      );
    },
  );

  it('says in one sentence that a place cannot be written', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(() => openDatabase(join(folder, 'file', 'cache.sqlite'))).toThrow(
      /Cannot use the database/,
    );
  });
});
