import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCropRow } from '../../db/crops.ts';
import { createGroupCommit } from '../../db/group-commit.ts';
import { listQuarantine } from '../../db/quarantine.ts';
import { cropFromImage } from '../../src/pose/crop-geometry.ts';
import type { CropSpec } from '../../src/pose/types.ts';
import { admit } from '../../src/stages/admit.ts';
import { boxProblem } from '../../src/stages/crop.ts';
import { createDesk } from '../../src/stages/desk.ts';
import { createKeyedLock } from '../../src/stages/keyed-lock.ts';
import type { Person } from '../../src/stages/picture.ts';
import { createCropReader } from '../../src/stages/recall-crop.ts';
import { recognise } from '../../src/stages/recognise.ts';
import { SampleError } from '../../src/stages/sample-error.ts';
import { digestOfSpec } from '../../src/stages/spec-digest.ts';
import { verifyDatabase } from '../../db/verify.ts';
import { addCrop, temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ingest, plant } from '../support/ingestion.ts';
import { gradientJpeg, writeBadPictures } from '../support/pictures.ts';

const spec: CropSpec = {
  input: { width: 48, height: 64 },
  boxScale: 1.25,
  margin: { width: 1.5, height: 1.25 },
  stored: { width: 72, height: 80 },
  padding: 'zero',
  origin: 'centres',
  fill: [1, 2, 3],
};
const size = { width: 300, height: 200 };
const box = { x: 100, y: 50.5, width: 40, height: 90 };

async function crop(people: readonly Person<string>[], its = spec, path = '') {
  const db = temporaryDatabase();
  const counts: Record<string, number> = {};
  const count = (name: string, by: number) => (counts[name] = (counts[name] ?? 0) + by);
  const file = path || join(temporaryFolder(), 'a.jpg');
  if (!path) writeFileSync(file, await gradientJpeg(size));
  const digest = digestOfSpec(its);
  const [unread] = await recognise([{ path: file, people }], { db, specDigest: digest.digest });
  const stages = { commit: createGroupCommit(db), alone: createKeyedLock(), desk: createDesk(1) };
  const cropped = await admit(unread!, { ...stages, db, spec: its, digest, count });
  return { db, file, counts, cropped };
}

describe('admit', () => {
  it('decodes a picture once for all its people, and stores each crop with its affine', async () => {
    const { db, file, counts, cropped } = await crop([
      { box, source: 'given', tag: 'one' },
      { box: { ...box, x: 10 }, source: 'labels', tag: 'two' },
      { box: null, source: 'whole-image', tag: 'all' },
    ]);
    expect(counts).toEqual({ files_read: 1, pictures_decoded: 1, crops_made: 3 });
    expect(cropped.rejected).toEqual([]);
    expect(cropped.admitted.map(({ tag }) => tag)).toEqual(['one', 'two', 'all']);
    expect(cropped.admitted[2]).toMatchObject({ path: file, box: { x: 0, y: 0, ...size }, size });
    const row = readCropRow(db, cropped.admitted[0]!.cropId);
    expect(row).toMatchObject({ codec: 'raw', size: spec.stored, isIntact: true });
    expect(row.cropFromImage).toEqual(cropFromImage(box, spec));
    expect(row.pixels).toHaveLength(72 * 80 * 3);
  });

  it('stores crops of more than 160 KiB as JPEG', async () => {
    const stored = { width: 240, height: 260 };
    const { db, cropped } = await crop([{ box, source: 'given', tag: '' }], { ...spec, stored });
    const { cropId } = cropped.admitted[0]!;
    expect(readCropRow(db, cropId)).toMatchObject({ codec: 'jpeg', size: stored });
    const read = await createCropReader(db, { maxBytes: 2 ** 20 }).read(cropId);
    expect(read).toMatchObject({
      id: cropId,
      size: stored,
      cropFromImage: cropFromImage(box, { ...spec, stored }),
    });
    expect(read.pixels).toHaveLength(240 * 260 * 3);
  });

  it('refuses people whose box cannot be cut out, and keeps the others', async () => {
    const { cropped } = await crop([
      { box: { x: 500, y: 0, width: 10, height: 10 }, source: 'given', tag: 'outside' },
      { box: { x: 5, y: 5, width: 0, height: 10 }, source: 'given', tag: 'flat' },
      { box: { x: NaN, y: 5, width: 1, height: 10 }, source: 'given', tag: 'nan' },
      { box, source: 'given', tag: 'good' },
    ]);
    expect(cropped.admitted.map(({ tag }) => tag)).toEqual(['good']);
    expect(cropped.rejected.map(({ stage, reason }) => `${stage}: ${reason}`)).toEqual([
      'crop: the box at (500, 0) of 10×10 lies outside the picture of 300×200',
      'crop: the box at (5, 5) of 0×10 has no area',
      'crop: the box at (NaN, 5) of 1×10 is not made of numbers',
    ]);
  });

  it('does not decode a picture of which no box can be cut out', async () => {
    const { counts } = await crop([{ box: { ...box, x: 900 }, source: 'given', tag: '' }]);
    expect(counts).toEqual({ files_read: 1 });
  });

  it.each(['truncated.jpg', 'truncated.png'])(
    'refuses %s, and stores nothing of it',
    async (name) => {
      const folder = temporaryFolder();
      await writeBadPictures(folder);
      const whole: Person<string> = { box: null, source: 'whole-image', tag: '' };
      const error = await crop([whole], spec, join(folder, name)).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(error).toBeInstanceOf(SampleError);
      expect(error).toMatchObject({ stage: 'decode', path: join(folder, name) });
      expect((error as SampleError).facts).toBeDefined();
    },
  );
});

describe('boxProblem', () => {
  it('accepts boxes that reach beyond the picture', () => {
    expect(boxProblem({ x: -20, y: -20, width: 25, height: 25 }, size)).toBeUndefined();
    expect(boxProblem({ x: 299.5, y: 199.5, width: 50, height: 50 }, size)).toBeUndefined();
    expect(boxProblem({ x: 300, y: 0, width: 50, height: 50 }, size)).toMatch(/outside/);
    expect(boxProblem({ x: 0, y: 0, width: 50, height: 1e8 }, size)).toMatch(/64 times as large/);
    expect(boxProblem({ x: -10, y: 5, width: 10, height: 5 }, size)).toMatch(/outside/);
  });
});

describe('the crop reader', () => {
  it('keeps the crops read last within its bytes, each decoded once', async () => {
    const db = temporaryDatabase();
    const ids = [1, 2, 3].map((n) => addCrop(db, n));
    const bytes = 4 * 3 * 3;
    const reader = createCropReader(db, { maxBytes: 2 * bytes });
    const [first, second] = [await reader.read(ids[0]!), await reader.read(ids[1]!)];
    expect(await reader.read(ids[0]!)).toBe(first);
    await reader.read(ids[2]!);
    // The second was read longest ago.
    expect(await reader.read(ids[0]!)).toBe(first);
    const again = await reader.read(ids[1]!);
    expect(again).not.toBe(second);
    expect(again).toEqual(second);
  });

  it('reads crops that are larger than its memory', async () => {
    const db = temporaryDatabase();
    const id = addCrop(db, 9);
    const { pixels } = await createCropReader(db, { maxBytes: 0 }).read(id);
    expect([...pixels]).toEqual(new Array(36).fill(9));
  });

  it('never serves a damaged crop: an error, and in quarantine', async () => {
    const db = temporaryDatabase();
    const id = addCrop(db, 1);
    db.prepare('UPDATE crop SET pixels = ?').run(new Uint8Array(36).fill(2));
    const error = await createCropReader(db, { maxBytes: 1000 })
      .read(id)
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(SampleError);
    expect((error as SampleError).reason).toMatch(/checksum.*does not match/);
    expect(listQuarantine(db)).toMatchObject([
      { stage: 'recall-crop', path: `crop ${id} of ${db.path}` },
    ]);
  });

  it('makes a damaged crop again, under its id, when its picture is seen again', async () => {
    const db = temporaryDatabase();
    const folder = temporaryFolder();
    const [path] = (await plant(folder, 1)) as [string];
    const { cropId } = (await ingest(db, [path])).admitted[0]!;
    const reader = createCropReader(db, { maxBytes: 0 });
    const before = await reader.read(cropId);
    db.prepare('UPDATE crop SET crc = crc + 1').run();
    await expect(reader.read(cropId)).rejects.toThrow(SampleError);
    expect(verifyDatabase(db).problems).toEqual([expect.stringMatching(/made again/)]);
    const again = await ingest(db, [path]);
    expect(again.admitted).toMatchObject([{ cropId }]);
    expect(again.counts).toMatchObject({ crops_made: 1 });
    expect(await reader.read(cropId)).toEqual(before);
    expect(listQuarantine(db)).toEqual([]);
    expect(verifyDatabase(db).problems).toEqual([]);
  });
});

describe('digestOfSpec', () => {
  it('changes with everything that decides pixels, and with nothing else', () => {
    const { digest } = digestOfSpec(spec);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    const changes: Partial<CropSpec>[] = [
      { input: { width: 64, height: 48 } },
      { boxScale: 1.1 },
      { margin: { width: 1.25, height: 1.5 } },
      { stored: { width: 80, height: 72 } },
      { padding: 'edge' },
      { origin: 'edges' },
      { fill: [3, 2, 1] },
    ];
    const digests = changes.map((change) => digestOfSpec({ ...spec, ...change }).digest);
    expect(new Set([digest, ...digests]).size).toBe(changes.length + 1);
    const reordered = Object.fromEntries(Object.entries(spec).reverse()) as unknown as CropSpec;
    expect(digestOfSpec(reordered).digest).toBe(digest);
    const edge = { ...spec, padding: 'edge' } as const;
    expect(digestOfSpec({ ...edge, fill: [9, 9, 9] })).toEqual(digestOfSpec(edge));
  });
});
