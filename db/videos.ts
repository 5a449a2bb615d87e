// Videos by their paths, and which of their frames a way of sampling takes.
import type { FileFacts } from './catalog.ts';
import type { Database } from './open.ts';
import { rawPath } from './raw-path.ts';

/** sha256 of the video that stood at `path` (absolute) when it was last read, if the file has not changed since. */
export function findVideo(db: Database, path: string, facts: FileFacts): string | undefined {
  return db
    .prepare<{ sha256: string }>(
      'SELECT sha256 FROM video WHERE path = ? AND bytes = ? AND mtime = ? AND inode = ?',
    )
    .get(rawPath(path), facts.bytes, facts.mtime, facts.inode)?.sha256;
}

export function putVideo(
  db: Database,
  path: string,
  sha256: string,
  { bytes, mtime, inode }: FileFacts,
  now = Date.now(),
): void {
  db.prepare(
    'INSERT OR REPLACE INTO video (path, sha256, bytes, mtime, inode, seen) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(rawPath(path), sha256, bytes, mtime, inode, now);
}

/** Frame numbers from 0, ascending; undefined where the video was never sampled this way to its end. */
export function sampledFrames(
  db: Database,
  sha256: string,
  sampling: string,
): readonly number[] | undefined {
  const row = db
    .prepare<{
      frames: string;
    }>('SELECT frames FROM video_sampling WHERE sha256 = ? AND sampling = ?')
    .get(sha256, sampling);
  return row && (JSON.parse(row.frames) as number[]);
}

export function putSampling(
  db: Database,
  sha256: string,
  sampling: string,
  frames: readonly number[],
): void {
  db.prepare(
    'INSERT OR REPLACE INTO video_sampling (sha256, sampling, frames) VALUES (?, ?, ?)',
  ).run(sha256, sampling, JSON.stringify(frames));
}
