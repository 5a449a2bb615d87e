// Forgets the files of some folders that are no longer there.
import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Database } from '../../db/open.ts';
import { forgetFiles, pathsIn, type Forgotten } from '../../db/prune.ts';
import { rawPath } from '../../db/raw-path.ts';
import { retryBusy } from '../../db/retry.ts';
import { videoOf } from './video/frame-path.ts';

/**
 * A folder that is not there, cannot be read or is empty is left alone: its disk may not be mounted.
 * What is no folder (globs, lists, pictures) is left alone too.
 */
export async function prune(
  db: Database,
  folders: readonly string[],
  signal?: AbortSignal,
): Promise<Forgotten> {
  const total = { files: 0, pictures: 0 };
  for (const folder of folders.map((name) => resolve(name))) {
    if (!(await holdsAnything(folder))) continue;
    for (const paths of pathsIn(db, folder)) {
      if (signal?.aborted) return total;
      const isGone = await Promise.all(paths.map(async (path) => !(await exists(path))));
      const gone = paths.filter((_, i) => isGone[i]);
      if (gone.length === 0) continue;
      const { files, pictures } = await retryBusy(() => forgetFiles(db, gone));
      total.files += files;
      total.pictures += pictures;
    }
  }
  return total;
}

async function holdsAnything(folder: string): Promise<boolean> {
  const names = await readdir(rawPath(folder)).catch(() => []);
  return names.length > 0;
}

/** Only what the file system says is not there counts as gone. */
async function exists(path: string): Promise<boolean> {
  try {
    await stat(rawPath(videoOf(path) ?? path));
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}
