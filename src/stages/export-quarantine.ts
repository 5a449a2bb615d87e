// Copies what stands in quarantine into a folder, with the reasons beside it: for looking at, mending or passing on.
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { QuarantineRow } from '../../db/quarantine.ts';
import { rawPath } from '../../db/raw-path.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { fileError } from './file-error.ts';
import { SampleError } from './sample-error.ts';

/**
 * Files get a number in front, so that equal names do not meet; `quarantine.json` lists every item with its copy.
 * @throws Error where the folder has something in it: copies of an earlier export would stand beside the new list
 * @returns how many files were copied, and how many items have none: gone, unreadable, or rows of the cache
 */
export async function exportQuarantine(
  items: readonly QuarantineRow[],
  folder: string,
): Promise<{ readonly files: number; readonly missing: number }> {
  await mkdir(folder, { recursive: true });
  const [present] = await readdir(folder);
  if (present !== undefined)
    throw new Error(`${folder}: expected a new or an empty folder to copy into, found ${present}`);
  const listed: (QuarantineRow & { readonly copy: string | null })[] = [];
  for (const [i, item] of items.entries()) {
    const copy = `${String(i + 1).padStart(5, '0')}-${basename(item.path).toWellFormed()}`;
    listed.push({ ...item, copy: (await isCopied(item.path, join(folder, copy))) ? copy : null });
  }
  await writeFileAtomic(join(folder, 'quarantine.json'), JSON.stringify(listed, null, 2));
  const files = listed.filter(({ copy }) => copy !== null).length;
  return { files, missing: listed.length - files };
}

async function isCopied(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(rawPath(from), to);
    return true;
  } catch (error) {
    if (fileError(error, from, 'export') instanceof SampleError) return false;
    throw error;
  }
}
