// Takes files that are gone out of the catalog, and pictures that no path and no run holds any longer.
import { sep } from 'node:path';
import type { Database } from './open.ts';
import { pathFrom, rawPath } from './raw-path.ts';
import { transaction } from './transaction.ts';

/** Rows read at a time. */
const PAGE = 1000;

/** Paths of the catalog that lie in a folder (absolute, without a slash at its end), a page at a time, sorted. */
export function* pathsIn(db: Database, folder: string): Generator<readonly string[]> {
  const inside = `${folder}${sep}`;
  const [first, last] = [inside, `${inside}\u{10FFFF}`];
  const end = Buffer.alloc(64, 0xff);
  // Names that are no UTF-8 are stored as bytes, which SQLite sorts behind all text.
  const ranges = [
    [rawPath(first), rawPath(last)],
    [bytesOf(first), Buffer.concat([bytesOf(first), end])],
  ] as const;
  const page = db.prepare<{ path: string | Buffer }>(
    `SELECT path FROM file WHERE path > ? AND path < ? ORDER BY path LIMIT ${PAGE}`,
  );
  for (const [from, to] of ranges) {
    let after: string | Buffer = from;
    for (let rows = page.all(after, to); rows.length > 0; rows = page.all(after, to)) {
      yield rows.map(({ path }) => pathFrom(path));
      after = rows.at(-1)!.path;
    }
  }
}

export interface Forgotten {
  readonly files: number;
  readonly pictures: number;
}

/**
 * Forgets these paths (absolute). A picture without any path goes with its people, crops and targets, unless a run
 * admitted one of its crops: then it stays, so that the run can be resumed. Takes the write lock.
 */
export function forgetFiles(db: Database, paths: readonly string[]): Forgotten {
  return transaction(db, () => {
    const imageOf = db.prepare<number>('SELECT image_id FROM file WHERE path = ?').pluck();
    const remove = db.prepare('DELETE FROM file WHERE path = ?');
    const removeImage = db.prepare(
      `DELETE FROM image WHERE id = @id
         AND NOT EXISTS (SELECT 1 FROM file WHERE image_id = @id)
         AND NOT EXISTS (SELECT 1 FROM run_admission JOIN crop ON crop.id = crop_id
           JOIN instance ON instance.id = instance_id WHERE instance.image_id = @id)`,
    );
    const images = new Set<number>();
    let files = 0;
    for (const path of paths.map(rawPath)) {
      const image = imageOf.get(path);
      if (image !== undefined) images.add(image);
      files += remove.run(path).changes;
    }
    let pictures = 0;
    for (const image of images) pictures += removeImage.run({ id: image }).changes;
    return { files, pictures };
  });
}

function bytesOf(path: string): Buffer {
  const raw = rawPath(path);
  return typeof raw === 'string' ? Buffer.from(raw) : raw;
}
