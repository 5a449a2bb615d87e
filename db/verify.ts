// Checks a database from its pages up to the checksums of its blobs, and lists what is wrong.
import { readCropRow } from './crops.ts';
import { sqliteCode } from './error.ts';
import type { Database } from './open.ts';
import { decodeTarget, TargetBlobError } from './target-blob.ts';

export interface Verified {
  /** Rows that were looked at. */
  readonly crops: number;
  readonly targets: number;
  /** One sentence each, naming the row. */
  readonly problems: readonly string[];
}

/** Rows whose presence is a contradiction; each query gives one sentence a row. */
const INVARIANTS: readonly string[] = [
  `SELECT 'target ' || target.id || ' of crop ' || crop_id || ' has ' || bytes || ' bytes on record and ' || length(blob) || ' in its blob'
   FROM target WHERE bytes <> length(blob)`,
  `SELECT 'crop ' || crop_id || ' has ' || count(*) || ' targets in set ' || set_id || ', expected one'
   FROM target GROUP BY set_id, crop_id HAVING count(*) > 1`,
  `SELECT 'target ' || target_id || ' was used ' || times_used || ' times, expected 1 or more' FROM target_use WHERE times_used < 1`,
  `SELECT 'generation ' || generation || ' of run ' || run_id || ' has a gap: position ' || max(position) || ' of ' || count(*) || ' crops'
   FROM run_admission GROUP BY run_id, generation HAVING max(position) <> count(*) - 1`,
  `SELECT 'run ' || run_id || ' has ' || count(*) || ' generations, the last is number ' || max(generation)
   FROM run_generation GROUP BY run_id HAVING max(generation) <> count(*)`,
  // A pool begins with a generation that replaces the one before.
  `SELECT 'crop ' || crop_id || ' stands ' || count(*) || ' times in the pool of run ' || run_id
   FROM (SELECT run_id, crop_id, (SELECT count(*) FROM run_generation AS later
           WHERE later.run_id = run_admission.run_id AND later.generation <= run_admission.generation AND later.replaces = 1) AS pool
         FROM run_admission)
   GROUP BY run_id, pool, crop_id HAVING count(*) > 1`,
  `SELECT 'picture ' || sha256 || ' has no path and no person' FROM image
   WHERE NOT EXISTS (SELECT 1 FROM file WHERE image_id = image.id)
     AND NOT EXISTS (SELECT 1 FROM instance WHERE image_id = image.id)`,
];

export function verifyDatabase(db: Database): Verified {
  const problems: string[] = [];
  const totals = { crops: 0, targets: 0 };
  const parts: readonly (() => void)[] = [
    () => {
      checkPages(db, problems);
    },
    () => {
      checkReferences(db, problems);
    },
    () => (totals.crops = checkCrops(db, problems)),
    () => (totals.targets = checkTargets(db, problems)),
    ...INVARIANTS.map((query) => () => {
      problems.push(...db.prepare<string>(query).pluck().all());
    }),
  ];
  for (const part of parts) {
    try {
      part();
    } catch (error) {
      // A page that SQLite itself refuses ends this part; the other parts may lie on other pages.
      if (!sqliteCode(error)?.startsWith('SQLITE_CORRUPT')) throw error;
      problems.push(`the file is damaged where it was read: ${(error as Error).message}`);
    }
  }
  return { ...totals, problems: [...new Set(problems)] };
}

function checkPages(db: Database, problems: string[]): void {
  const rows = db.sql.pragma('integrity_check') as { integrity_check: string }[];
  for (const { integrity_check: told } of rows) {
    if (told !== 'ok') problems.push(`the file's pages: ${told}`);
  }
}

function checkReferences(db: Database, problems: string[]): void {
  const rows = db.sql.pragma('foreign_key_check') as {
    table: string;
    rowid: number | null;
    parent: string;
  }[];
  for (const { table, rowid, parent } of rows) {
    problems.push(
      `row ${String(rowid)} of ${table} refers to a row of ${parent} that is not there`,
    );
  }
}

function checkCrops(db: Database, problems: string[]): number {
  const ids = db.prepare<number>('SELECT id FROM crop ORDER BY id').pluck().all();
  for (const id of ids) {
    const { codec, pixels, size, isIntact } = readCropRow(db, id);
    const raw = size.width * size.height * 3;
    if (pixels.length === 0)
      problems.push(
        `crop ${id}: it was damaged, and is made again by the next command that sees its picture`,
      );
    else if (!isIntact) problems.push(`crop ${id}: the checksum of its pixels does not match`);
    else if (codec === 'raw' && pixels.length !== raw) {
      problems.push(`crop ${id}: expected ${raw} bytes of pixels, got ${pixels.length}`);
    }
  }
  return ids.length;
}

function checkTargets(db: Database, problems: string[]): number {
  const ids = db.prepare<number>('SELECT id FROM target ORDER BY id').pluck().all();
  const find = db.prepare<{ crop: number; shape: string; blob: Buffer }>(
    `SELECT crop_id AS crop, height || '×' || width || '×' || joints AS shape, blob
     FROM target JOIN target_set ON target_set.id = set_id WHERE target.id = ?`,
  );
  for (const id of ids) {
    const row = find.get(id);
    if (!row) continue;
    try {
      const { shape } = decodeTarget(row.blob, row.crop);
      if (shape.join('×') !== row.shape) {
        problems.push(
          `target ${id} of crop ${row.crop}: expected ${row.shape}, got ${shape.join('×')}`,
        );
      }
    } catch (error) {
      if (!(error instanceof TargetBlobError)) throw error;
      problems.push(`target ${id} of crop ${row.crop}: ${error.message}`);
    }
  }
  return ids.length;
}
