// Lists one folder: pictures and subfolders, sorted, symbolic links resolved.
import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import fastGlob from 'fast-glob';
import { fileError } from './file-error.ts';
import { SampleError } from './sample-error.ts';

export interface Listing {
  /** Names, sorted by code unit. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export interface ListContext {
  readonly onProblem: (problem: SampleError) => void;
  /**
   * For walks of any depth: real paths of the folders that symbolic links led to. Each is entered once, and a link that
   * leads back up is a problem. Without it every link is followed.
   */
  readonly linked?: Set<string>;
}

/** What in `folder` matches `pattern`, a glob without slashes. An unreadable folder is a problem and lists nothing. */
export async function listFolder(
  folder: string,
  pattern: string,
  { onProblem, linked }: ListContext,
): Promise<Listing> {
  const report = (path: string, error: unknown) => {
    const problem = fileError(error, path, 'discover');
    if (!(problem instanceof SampleError)) throw problem;
    onProblem(problem);
  };
  const files: string[] = [];
  const folders: string[] = [];
  // One folder at a time and without `unique`: fast-glob's own walk ignores back-pressure and keeps every path.
  const entries = await fastGlob(pattern, {
    cwd: folder,
    deep: 1,
    unique: false,
    onlyFiles: false,
    objectMode: true,
    followSymbolicLinks: false,
    caseSensitiveMatch: true,
  }).catch((error: unknown) => {
    report(folder, error);
    return [];
  });
  for (const { name, dirent } of entries) {
    if (dirent.isFile()) files.push(name);
    else if (dirent.isDirectory()) folders.push(name);
    else if (dirent.isSymbolicLink()) {
      const path = join(folder, name);
      try {
        const target = await stat(path);
        if (target.isFile()) files.push(name);
        else if (
          target.isDirectory() &&
          (!linked || (await isNew(path, folder, linked, onProblem)))
        )
          folders.push(name);
      } catch (error) {
        report(path, error);
      }
    }
  }
  return { files: files.sort(), folders: folders.sort() };
}

/** A link to a folder above itself would never end; a second link to the same folder would only repeat it. */
async function isNew(
  link: string,
  folder: string,
  linked: Set<string>,
  onProblem: (problem: SampleError) => void,
): Promise<boolean> {
  const [target, here] = await Promise.all([realpath(link), realpath(folder)]);
  if (`${here}${sep}`.startsWith(target === sep ? sep : `${target}${sep}`)) {
    const reason = `the symbolic link leads back to ${target}, which it lies in`;
    onProblem(new SampleError({ stage: 'discover', path: link, reason }));
    return false;
  }
  if (linked.has(target)) return false;
  linked.add(target);
  return true;
}
