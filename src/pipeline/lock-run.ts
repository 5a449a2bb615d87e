// Keeps a run folder to one training process: two of them would write over each other's checkpoints.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder, type FolderLock } from '../../db/folder-lock.ts';
import { UsageError } from '../config/resolve.ts';

/** Of a run folder: the options that the run was started with. */
export const CONFIG_FILE = 'config.json';

/**
 * Makes the folder of a new run. The lock ends with the process, also where that is killed.
 * @throws UsageError where there is no run to go on with, or another process trains in the folder
 */
export async function lockRun(
  run: string,
  { resume }: { readonly resume: boolean },
): Promise<FolderLock> {
  if (resume && !existsSync(join(run, CONFIG_FILE))) {
    throw new UsageError(`--resume: there is no run in ${run}`);
  }
  await mkdir(run, { recursive: true });
  const lock = lockFolder(run);
  if (lock) return lock;
  throw new UsageError(
    `${run} is being trained by another process: wait for its end, stop it, or name another --run`,
  );
}
