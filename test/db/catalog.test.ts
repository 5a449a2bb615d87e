import { describe, expect, it } from 'vitest';
import { findImage, findUnchanged, imageOf, pathsOf, putFile, putImage } from '../../db/catalog.ts';
import { findCrop, putCrop, readCropRow, type NewCrop } from '../../db/crops.ts';
import { addCrop, fakeDigest, temporaryDatabase } from '../support/database.ts';

const image = {
  sha256: fakeDigest(1),
  size: { width: 30, height: 20 },
  orientation: 8,
  format: 'jpeg',
  bytes: 999,
};
// As a real inode and time stamp may be: large, with a fraction.
const facts = { bytes: 999, mtime: 1_700_000_000_123.25, inode: 2 ** 60 };

describe('the catalog', () => {
  it('holds one picture under all its paths', () => {
    const db = temporaryDatabase();
    const id = putImage(db, image);
    expect(putImage(db, { ...image, format: 'never looked at' })).toBe(id);
    putFile(db, '/b.jpg', id, facts);
    putFile(db, "/a 'quoted'\n.jpg", id, facts);
    expect(pathsOf(db, id)).toEqual(["/a 'quoted'\n.jpg", '/b.jpg']);
    expect(findImage(db, image.sha256)).toEqual({ id, ...image });
  });

  it.each([{ bytes: 1000 }, { mtime: 1_700_000_000_123.5 }, { inode: 7 }])(
    'knows a file by its facts, and takes it for changed when they differ in %o',
    (change) => {
      const db = temporaryDatabase();
      const id = putImage(db, image);
      putFile(db, '/a.jpg', id, facts);
      expect(imageOf(db, findUnchanged(db, '/a.jpg', facts)!)).toEqual({ id, ...image });
      expect(findUnchanged(db, '/a.jpg', { ...facts, ...change })).toBeUndefined();
      expect(findUnchanged(db, '/other.jpg', facts)).toBeUndefined();
    },
  );

  it('moves a path on to the picture that stands there now', () => {
    const db = temporaryDatabase();
    const [first, second] = [
      putImage(db, image),
      putImage(db, { ...image, sha256: fakeDigest(2) }),
    ];
    putFile(db, '/a.jpg', first, facts);
    putFile(db, '/a.jpg', second, { ...facts, bytes: 5 });
    expect(pathsOf(db, first)).toEqual([]);
    expect(findUnchanged(db, '/a.jpg', { ...facts, bytes: 5 })).toBe(second);
  });
});

describe('crops', () => {
  const crop = (imageId: number): NewCrop => ({
    imageId,
    box: { x: -1.5, y: 2, width: 10, height: 12.25 },
    source: 'given',
    spec: { digest: fakeDigest(3), json: '{"a":1}' },
    codec: 'raw',
    pixels: Uint8Array.from({ length: 5 * 3 * 3 }, (_, i) => i),
    size: { width: 5, height: 3 },
    cropFromImage: [0.1, 0, 1 / 3, 0, 0.2, -7],
  });

  it('come back as they were stored', () => {
    const db = temporaryDatabase();
    const { spec, imageId, box, source, ...encoded } = crop(putImage(db, image));
    const key = putCrop(db, { spec, imageId, box, source, ...encoded });
    expect(findCrop(db, imageId, box, source, spec.digest)).toEqual(key);
    const row = readCropRow(db, key.cropId);
    expect(row).toMatchObject({ ...encoded, pixels: Buffer.from(encoded.pixels), isIntact: true });
    expect(row.instanceId).toBe(key.instanceId);
  });

  it('are made once a person and spec; a person is a box and its source', () => {
    const db = temporaryDatabase();
    const one = crop(putImage(db, image));
    const key = putCrop(db, one);
    expect(putCrop(db, one)).toEqual(key);
    const otherSpec = putCrop(db, { ...one, spec: { digest: fakeDigest(4), json: '{}' } });
    expect(otherSpec.instanceId).toBe(key.instanceId);
    expect(otherSpec.cropId).not.toBe(key.cropId);
    expect(putCrop(db, { ...one, source: 'labels' }).instanceId).not.toBe(key.instanceId);
    expect(
      findCrop(db, one.imageId, { ...one.box, x: 0 }, 'given', one.spec.digest),
    ).toBeUndefined();
  });

  it.each(['pixels', 'affine'])('tell when their %s were damaged', (column) => {
    const db = temporaryDatabase();
    const id = addCrop(db, 1);
    const blob = db.prepare<{ blob: Buffer }>(`SELECT ${column} AS blob FROM crop`).get()!.blob;
    blob[3]! ^= 1;
    db.prepare(`UPDATE crop SET ${column} = ?`).run(blob);
    expect(readCropRow(db, id).isIntact).toBe(false);
  });

  it('that do not exist are an error that names the database', () => {
    const db = temporaryDatabase();
    expect(() => readCropRow(db, 5)).toThrow(`${db.path} has no crop 5`);
  });
});
