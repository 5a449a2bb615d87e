// Finds pictures and videos: in folders, by globs, as single files, in list files. One folder at a time, in a stable order.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import fastGlob from 'fast-glob';
import { rawPath } from '../../db/raw-path.ts';
import { fileError } from './file-error.ts';
import { listFolder, type OnProblem } from './list-folder.ts';
import { isPictureName, isVideoName } from './picture-name.ts';
import { readLines } from './read-lines.ts';
import { SampleError } from './sample-error.ts';

export interface DiscoverContext {
  /** Aborted: nothing further is listed. */
  readonly signal?: AbortSignal | undefined;
  /** Gets folders that cannot be read, links that lead nowhere or round in a circle, patterns that name nothing. It is waited for. */
  readonly onProblem: OnProblem;
}

/**
 * Yields paths; names that are no UTF-8 as `pathOf` writes them. Memory holds one folder's listing and the names of folders still to visit.
 * Within a folder: its pictures by name, then its subfolders by name. Hidden files and folders are skipped, unless named.
 * @param patterns folders, globs, files, or `@list.txt` with one of these a line or between NULs (empty lines and `#` lines do not count).
 */
export async function* discover(
  patterns: readonly string[],
  { signal, onProblem }: DiscoverContext,
): AsyncGenerator<string, void, undefined> {
  const context = { signal, onProblem };
  for (const pattern of patterns) {
    if (signal?.aborted) return;
    const listings = pattern.startsWith('@')
      ? fromList(pattern.slice(1), context)
      : fromPattern(pattern, context);
    for await (const paths of listings) for (const path of paths) yield path;
  }
}

/** A folder's paths at a time: handing each on through every generator would cost several promises a path. */
type Listings = AsyncGenerator<Iterable<string>, void, undefined>;

async function* fromList(file: string, context: DiscoverContext): Listings {
  try {
    for await (const line of readLines(file)) {
      if (context.signal?.aborted) return;
      if (line === '' || line.startsWith('#')) continue;
      if (line.startsWith('@')) {
        // A list within a list would allow circles.
        const reason = 'a list file cannot name another list file';
        await context.onProblem(new SampleError({ stage: 'discover', path: line, reason }));
      } else yield* fromPattern(line, context);
    }
  } catch (error) {
    const problem = fileError(error, file, 'discover');
    if (!(problem instanceof SampleError)) throw problem;
    await context.onProblem(problem);
  }
}

async function* fromPattern(pattern: string, context: DiscoverContext): Listings {
  try {
    // What exists is taken at its word, even where its name has brackets in it.
    const found = await stat(rawPath(pattern));
    if (found.isDirectory()) yield* walk(pattern, ['**', '*'], context);
    else yield [pattern];
  } catch (error) {
    const problem = fileError(error, pattern, 'discover');
    if (!(problem instanceof SampleError)) throw problem;
    if (!fastGlob.isDynamicPattern(pattern)) {
      await context.onProblem(problem);
      return;
    }
    yield* fromGlob(pattern, context);
  }
}

async function* fromGlob(pattern: string, context: DiscoverContext): Listings {
  let found = 0;
  function* counted(paths: Iterable<string>) {
    for (const path of paths) {
      found += 1;
      yield path;
    }
  }
  for (const { patterns } of fastGlob.generateTasks(pattern)) {
    for (const one of patterns) {
      const segments = one.split('/').filter((segment) => segment !== '' && segment !== '.');
      for await (const paths of walk(one.startsWith('/') ? '/' : '.', segments, context)) {
        yield counted(paths);
      }
    }
  }
  if (found > 0 || context.signal?.aborted) return;
  const reason = 'no picture and no video matches this pattern';
  await context.onProblem(new SampleError({ stage: 'discover', path: pattern, reason }));
}

/** A folder, and the glob segments that what lies in it has still to match. */
interface Visit {
  readonly folder: string;
  readonly rest: readonly string[];
}

async function* walk(
  root: string,
  segments: readonly string[],
  { signal, onProblem }: DiscoverContext,
): Listings {
  const linked = new Set<string>();
  const stack: Visit[] = [{ folder: root, rest: segments }];
  for (let visit = stack.pop(); visit; visit = stack.pop()) {
    if (signal?.aborted) return;
    const { folder, rest } = visit;
    const [first = '*', ...others] = rest;
    const visitLater = (names: readonly string[], then: readonly string[]) => {
      stack.push(...names.map((name) => ({ folder: join(folder, name), rest: then })).reverse());
    };
    if (first === '**') {
      // Any depth: the folders below with the same segments, this folder with the segments after.
      const { files, folders } = await listFolder(folder, '*', { onProblem, linked });
      visitLater(folders, rest);
      if (others.length === 0 || (others.length === 1 && others[0] === '*'))
        yield pictures(folder, files);
      else stack.push({ folder, rest: others });
    } else if (others.length === 0) {
      const { files } = await listFolder(folder, first, { onProblem });
      yield pictures(folder, files);
    } else if (fastGlob.isDynamicPattern(first)) {
      const { folders } = await listFolder(folder, first, { onProblem });
      visitLater(folders, others);
    } else visitLater([first.replace(/\\(.)/g, '$1')], others);
  }
}

function* pictures(folder: string, names: readonly string[]): Generator<string> {
  // A join a path costs as much memory as everything else.
  const before = join(folder, 'name').slice(0, -'name'.length);
  for (const name of names) if (isPictureName(name) || isVideoName(name)) yield before + name;
}
