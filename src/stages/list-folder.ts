// Lists one folder: files and subfolders, sorted, symbolic links resolved.
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import fastGlob from 'fast-glob';
import { pathOf, rawPath } from '../../db/raw-path.ts';
import { fileError } from './file-error.ts';
import { SampleError } from './sample-error.ts';

export interface Listing {
  /** Names, sorted by code unit. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export type OnProblem = (problem: SampleError) => void | Promise<void>;

export interface ListContext {
  /** It is waited for, so that problems do not pile up. */
  readonly onProblem: OnProblem;
  /**
   * For walks of any depth: real paths of the folders that symbolic links led to. Each is entered once, and a link that
   * leads back up is a problem. Without it every link is followed.
   */
  readonly linked?: Set<string>;
}

interface Kind {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** What in `folder` matches `pattern`, a glob without slashes. An unreadable folder is a problem and lists nothing. */
export async function listFolder(
  folder: string,
  pattern: string,
  { onProblem, linked }: ListContext,
): Promise<Listing> {
  const report = async (path: string, error: unknown) => {
    const problem = fileError(error, path, 'discover');
    if (!(problem instanceof SampleError)) throw problem;
    await onProblem(problem);
  };
  const files: string[] = [];
  const folders: string[] = [];
  const entries = await (pattern === '*' ? everything(folder) : matching(folder, pattern)).catch(
    async (error: unknown) => {
      await report(folder, error);
      return [];
    },
  );
  for (const [name, kind] of entries) {
    if (kind.isFile()) files.push(name);
    else if (kind.isDirectory()) folders.push(name);
    else if (kind.isSymbolicLink()) {
      const path = join(folder, name);
      try {
        const target = await stat(rawPath(path));
        if (target.isFile()) files.push(name);
        else if (
          target.isDirectory() &&
          (!linked || (await isNew(path, folder, linked, onProblem)))
        )
          folders.push(name);
      } catch (error) {
        await report(path, error);
      }
    }
  }
  return { files: files.sort(), folders: folders.sort() };
}

type Entry = readonly [name: string, kind: Kind];

/** All but what is hidden. */
async function everything(folder: string): Promise<Entry[]> {
  const entries = await readdir(rawPath(folder), { withFileTypes: true });
  const named = entries.some(({ name }) => isDamaged(name))
    ? await byBytes(folder)
    : entries.map((entry): Entry => [entry.name, entry]);
  return named.filter(([name]) => !name.startsWith('.'));
}

/** A name that is no UTF-8, read as text. */
function isDamaged(name: string): boolean {
  return name.includes('\u{FFFD}');
}

async function byBytes(folder: string): Promise<Entry[]> {
  const entries = await readdir(rawPath(folder), { withFileTypes: true, encoding: 'buffer' });
  return entries.map((entry): Entry => [pathOf(entry.name), entry]);
}

/** By a real glob. One folder at a time and without `unique`: fast-glob's own walk ignores back-pressure and keeps every path. */
async function matching(folder: string, pattern: string): Promise<Entry[]> {
  const found = await fastGlob(pattern, {
    cwd: folder,
    deep: 1,
    unique: false,
    onlyFiles: false,
    objectMode: true,
    followSymbolicLinks: false,
    caseSensitiveMatch: true,
  });
  const entries = found.map(({ name, dirent }): Entry => [name, dirent]);
  if (!entries.some(([name]) => isDamaged(name))) return entries;
  // fast-glob reads names as text: those that are no UTF-8 are matched as it sees them, and looked up by their bytes.
  const seen = new Set(entries.map(([name]) => name));
  const raw = (await byBytes(folder)).filter(
    ([name]) => !name.isWellFormed() && seen.has((rawPath(name) as Buffer).toString()),
  );
  return [...entries.filter(([name]) => !isDamaged(name)), ...raw];
}

/** A link to a folder above itself would never end; a second link to the same folder would only repeat it. */
async function isNew(
  link: string,
  folder: string,
  linked: Set<string>,
  onProblem: OnProblem,
): Promise<boolean> {
  const [target, here] = await Promise.all([realOf(link), realOf(folder)]);
  if (`${here}${sep}`.startsWith(target === sep ? sep : `${target}${sep}`)) {
    const reason = `the symbolic link leads back to ${target}, which it lies in`;
    await onProblem(new SampleError({ stage: 'discover', path: link, reason }));
    return false;
  }
  if (linked.has(target)) return false;
  linked.add(target);
  return true;
}

async function realOf(path: string): Promise<string> {
  return pathOf(await realpath(rawPath(path), 'buffer'));
}
