import { copyFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathsOf } from '../../db/catalog.ts';
import { temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ingest, person, plant, size, spec } from '../support/ingestion.ts';
import { noiseJpeg } from '../support/pictures.ts';

describe('ingest, incrementally,', () => {
  it('admits every person of every picture once, with its crop in the database', async () => {
    const db = temporaryDatabase();
    const [a, b] = await plant(temporaryFolder(), 2);
    const { admitted, counts } = await ingest(db, [
      { path: a!, people: [person(1), person(30)] },
      { path: b!, people: [person(2)] },
    ]);
    expect(admitted.map(({ path, tag }) => `${basename(path)} ${tag}`).sort()).toEqual([
      '0.jpg at 1',
      '0.jpg at 30',
      '1.jpg at 2',
    ]);
    expect(new Set(admitted.map(({ cropId }) => cropId)).size).toBe(3);
    expect(admitted[0]).toMatchObject({
      size,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(counts).toEqual({ files_read: 2, pictures_decoded: 2, crops_made: 3 });
  });

  it('neither reads nor decodes an unchanged file whose crops exist', async () => {
    const db = temporaryDatabase();
    const paths = await plant(temporaryFolder(), 3);
    const first = await ingest(db, paths);
    const second = await ingest(db, paths);
    expect(second.counts).toEqual({ pictures_unchanged: 3 });
    const ids = ({ admitted }: typeof first) => admitted.map(({ cropId }) => cropId).sort();
    expect(ids(second)).toEqual(ids(first));
  });

  it('takes an unchanged file from the catalog, even after another process opened the database anew', async () => {
    const db = temporaryDatabase();
    const paths = await plant(temporaryFolder(), 2);
    await ingest(db, paths);
    db.close();
    expect((await ingest(temporaryDatabase(db.path), paths)).counts).toEqual({
      pictures_unchanged: 2,
    });
  });

  it('decodes a known picture once for the people that are new in it', async () => {
    const db = temporaryDatabase();
    const [path] = (await plant(temporaryFolder(), 1)) as [string];
    await ingest(db, [{ path, people: [person(1)] }]);
    const { admitted, counts } = await ingest(db, [
      { path, people: [person(1), person(20), person(30)] },
    ]);
    expect(admitted).toHaveLength(3);
    expect(counts).toEqual({ files_read: 1, pictures_decoded: 1, crops_made: 2 });
  });

  it('makes other crops under another spec', async () => {
    const db = temporaryDatabase();
    const paths = await plant(temporaryFolder(), 1);
    const first = await ingest(db, paths);
    const second = await ingest(db, paths, { spec: { ...spec, origin: 'edges' } });
    expect(second.counts).toMatchObject({ crops_made: 1 });
    expect(second.admitted[0]!.instanceId).toBe(first.admitted[0]!.instanceId);
    expect(second.admitted[0]!.cropId).not.toBe(first.admitted[0]!.cropId);
  });

  it('keeps one picture for copies, and decodes it once even when they come together', async () => {
    const db = temporaryDatabase();
    const folder = temporaryFolder();
    const [path] = (await plant(folder, 1)) as [string];
    const copies = ['b.jpg', 'c.jpg', 'd.jpg'].map((name) => join(folder, name));
    for (const copy of copies) copyFileSync(path, copy);
    const { admitted, counts } = await ingest(db, [path, ...copies]);
    expect(new Set(admitted.map(({ imageId }) => imageId)).size).toBe(1);
    expect(new Set(admitted.map(({ cropId }) => cropId)).size).toBe(1);
    expect(counts).toEqual({ files_read: 4, pictures_decoded: 1, crops_made: 1 });
    expect(pathsOf(db, admitted[0]!.imageId)).toEqual([path, ...copies]);
  });

  it('knows a moved file by its bytes', async () => {
    const db = temporaryDatabase();
    const folder = temporaryFolder();
    const [path] = (await plant(folder, 1)) as [string];
    const { admitted } = await ingest(db, [path]);
    const moved = join(folder, 'moved.jpg');
    renameSync(path, moved);
    const again = await ingest(db, [moved]);
    expect(again.admitted[0]!.cropId).toBe(admitted[0]!.cropId);
    expect(again.counts).toEqual({ files_read: 1 });
  });

  it('takes a file whose bytes changed for another picture', async () => {
    const db = temporaryDatabase();
    const [path] = (await plant(temporaryFolder(), 1)) as [string];
    const { admitted } = await ingest(db, [path]);
    writeFileSync(path, await noiseJpeg(size, 99));
    const again = await ingest(db, [path]);
    expect(again.admitted[0]!.imageId).not.toBe(admitted[0]!.imageId);
  });

  it('takes a touched file with the same bytes for the same picture', async () => {
    const db = temporaryDatabase();
    const [path] = (await plant(temporaryFolder(), 1)) as [string];
    const { admitted } = await ingest(db, [path]);
    utimesSync(path, 1, 1);
    const again = await ingest(db, [path]);
    expect(again.admitted[0]!.cropId).toBe(admitted[0]!.cropId);
    expect(again.counts).toEqual({ files_read: 1 });
    expect((await ingest(db, [path])).counts).toEqual({ pictures_unchanged: 1 });
  });
});
