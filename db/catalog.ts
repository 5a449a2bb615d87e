// Pictures and the paths they were seen at. A picture is its bytes: copies and renames share one row.
import type { Size } from '../src/pose/types.ts';
import type { Database } from './open.ts';
import { pathFrom, rawPath } from './raw-path.ts';

/** What the file system says about a file; equal facts mean unchanged bytes. */
export interface FileFacts {
  /** Size in bytes. */
  readonly bytes: number;
  /** Modification time, ms since the epoch, with a fraction. */
  readonly mtime: number;
  readonly inode: number;
}

export interface ImageRow {
  readonly id: number;
  /** Hex. */
  readonly sha256: string;
  /** Upright. */
  readonly size: Size;
  /** EXIF orientation of the file, 1–8. */
  readonly orientation: number;
  readonly format: string;
  /** Size of the file. */
  readonly bytes: number;
}

interface RawImage extends Omit<ImageRow, 'size'>, Size {}

const COLUMNS = 'id, sha256, width, height, orientation, format, bytes';

/** Id of the picture that stood at `path` (absolute) when it was last read, if the file has not changed since. */
export function findUnchanged(db: Database, path: string, facts: FileFacts): number | undefined {
  return db
    .prepare<{ image_id: number }>(
      'SELECT image_id FROM file WHERE path = ? AND bytes = ? AND mtime = ? AND inode = ?',
    )
    .get(rawPath(path), facts.bytes, facts.mtime, facts.inode)?.image_id;
}

export function imageOf(db: Database, id: number): ImageRow {
  return imageFrom(db.prepare<RawImage>(`SELECT ${COLUMNS} FROM image WHERE id = ?`).get(id)!);
}

export function findImage(db: Database, sha256: string): ImageRow | undefined {
  const row = db.prepare<RawImage>(`SELECT ${COLUMNS} FROM image WHERE sha256 = ?`).get(sha256);
  return row && imageFrom(row);
}

/** Stores a picture, or finds the one with the same bytes. Returns its id. */
export function putImage(db: Database, image: Omit<ImageRow, 'id'>, now = Date.now()): number {
  const { sha256, size, orientation, format, bytes } = image;
  db.prepare(
    `INSERT INTO image (sha256, width, height, orientation, format, bytes, first_seen)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO NOTHING`,
  ).run(sha256, size.width, size.height, orientation, format, bytes, now);
  return db.prepare<{ id: number }>('SELECT id FROM image WHERE sha256 = ?').get(sha256)!.id;
}

/** Records that the file at `path` (absolute) holds this picture. */
export function putFile(
  db: Database,
  path: string,
  imageId: number,
  { bytes, mtime, inode }: FileFacts,
  now = Date.now(),
): void {
  db.prepare(
    `INSERT INTO file (path, image_id, bytes, mtime, inode, seen) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET image_id = excluded.image_id, bytes = excluded.bytes,
       mtime = excluded.mtime, inode = excluded.inode, seen = excluded.seen`,
  ).run(rawPath(path), imageId, bytes, mtime, inode, now);
}

/** Every path the picture was seen at, sorted. */
export function pathsOf(db: Database, imageId: number): string[] {
  return db
    .prepare<{ path: string | Buffer }>('SELECT path FROM file WHERE image_id = ? ORDER BY path')
    .all(imageId)
    .map(({ path }) => pathFrom(path));
}

function imageFrom({ width, height, ...rest }: RawImage): ImageRow {
  return { ...rest, size: { width, height } };
}
