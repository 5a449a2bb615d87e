import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listQuarantine, releaseQuarantine } from '../../db/quarantine.ts';
import { temporaryDatabase } from '../support/database.ts';
import { asUnprivileged, temporaryFolder } from '../support/folder.ts';
import { ingest, person, plant, size } from '../support/ingestion.ts';
import { noiseJpeg, writeBadPictures } from '../support/pictures.ts';

describe('ingest, with bad pictures,', () => {
  it('quarantines every bad kind with its reason, and goes on with the good ones', async () => {
    const db = temporaryDatabase();
    const folder = temporaryFolder();
    const bad = await writeBadPictures(folder);
    const good = await plant(folder, 3);
    const { admitted, rejected, counts } = await ingest(db, [
      ...bad.map(({ name }) => join(folder, name)),
      ...good,
    ]);
    expect(admitted).toHaveLength(3);
    expect(counts).toMatchObject({ pictures_rejected: bad.length });
    expect(rejected.map(({ path }) => basename(path)).sort()).toEqual(
      bad.map(({ name }) => name).sort(),
    );
    const rows = new Map(listQuarantine(db).map((row) => [row.path, row]));
    for (const { name, reason } of bad) {
      expect(rows.get(join(folder, name)), name).toMatchObject({
        reason: expect.stringMatching(reason) as string,
        attempts: 1,
      });
    }
  });

  it('quarantines a file that it may not read, and tries it again each time', async () => {
    const db = temporaryDatabase();
    const [path] = (await plant(temporaryFolder(), 1)) as [string];
    chmodSync(path, 0o000);
    const { rejected } = await asUnprivileged(() => ingest(db, [path]));
    expect(rejected[0]!.reason).toMatch(/no permission/);
    // A change of mode is no change of the file, as far as its facts tell.
    chmodSync(path, 0o644);
    expect((await ingest(db, [path])).admitted).toHaveLength(1);
    expect(listQuarantine(db)).toEqual([]);
  });

  it('leaves a bad, unchanged file alone until it is released', async () => {
    const db = temporaryDatabase();
    const folder = temporaryFolder();
    await writeBadPictures(folder);
    const path = join(folder, 'truncated.jpg');
    await ingest(db, [path]);
    const second = await ingest(db, [path]);
    expect(second.counts).toEqual({ pictures_rejected: 1 });
    expect(second.rejected[0]).toMatchObject({ isKnown: true, path, stage: 'decode' });
    expect(listQuarantine(db)).toMatchObject([{ attempts: 1 }]);
    releaseQuarantine(db, [path]);
    const third = await ingest(db, [path]);
    expect(third.counts).toEqual({ files_read: 1, pictures_rejected: 1 });
    expect(listQuarantine(db)).toMatchObject([{ attempts: 2 }]);
  });

  it('tries a bad file again when it changed, and forgets its failures when it is good', async () => {
    const db = temporaryDatabase();
    const path = join(temporaryFolder(), 'a.jpg');
    const bytes = await noiseJpeg(size, 1);
    writeFileSync(path, bytes.subarray(0, 900));
    await ingest(db, [path]);
    expect(listQuarantine(db)).toHaveLength(1);
    writeFileSync(path, bytes);
    expect((await ingest(db, [path])).admitted).toHaveLength(1);
    expect(listQuarantine(db)).toEqual([]);
  });

  it('rejects a person with a bad box, and admits the others of the picture', async () => {
    const db = temporaryDatabase();
    const [path] = (await plant(temporaryFolder(), 1)) as [string];
    const people = [person(1), person(500)];
    for (let attempt = 1; attempt <= 2; attempt++) {
      const { admitted, rejected } = await ingest(db, [{ path, people }]);
      expect(admitted.map(({ tag }) => tag)).toEqual(['at 1']);
      expect(rejected).toMatchObject([{ stage: 'crop', path }]);
    }
    expect(listQuarantine(db)).toMatchObject([{ path, stage: 'crop', attempts: 2 }]);
  });

  it('quarantines a file that was deleted after it was found', async () => {
    const db = temporaryDatabase();
    const [a, b] = (await plant(temporaryFolder(), 2)) as [string, string];
    rmSync(a);
    const { admitted, rejected } = await ingest(db, [a, b]);
    expect(admitted.map(({ path }) => path)).toEqual([b]);
    expect(rejected).toMatchObject([{ path: a, stage: 'identify' }]);
  });
});
