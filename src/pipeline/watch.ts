// Follows folders: yields pictures and videos that are new or changed, once they are completely written.
import { stat } from 'node:fs/promises';
import { basename, relative, resolve, sep } from 'node:path';
import { watch } from 'chokidar';
import { rawPath } from '../../db/raw-path.ts';
import { discover } from '../stages/discover.ts';
import { fileError } from '../stages/file-error.ts';
import type { OnProblem } from '../stages/list-folder.ts';
import { isPictureName, isVideoName } from '../stages/picture-name.ts';
import { SampleError } from '../stages/sample-error.ts';
import { createInbox } from './inbox.ts';
import { createNews } from './news.ts';

export interface WatchContext {
  /** Aborted: the generator ends. */
  readonly signal: AbortSignal;
  /** Pause between two rescans, ms: they find what the file system did not tell. @default 30 000 */
  readonly rescanMs?: number;
  /** A file counts as written when it has not changed for this long, ms. @default 500 */
  readonly settleMs?: number;
  /** Files that changed after this moment are new, ms since the epoch. @default when `watchPictures` is called */
  readonly since?: number;
  /** Gets unreadable folders and files, again at each rescan; it is waited for. */
  readonly onProblem?: OnProblem;
  /** The file system's notices fail, as where there are more folders than it may watch: rescans go on without them. */
  readonly onDeaf?: (error: Error) => void;
}

/** Clocks of file systems and machines differ a little, and time stamps may be coarse, ms. */
const SLACK = 2000;
/** Paths waiting to be yielded; what does not fit is found by the next rescan. */
const WAITING = 10_000;
/** Yielded paths whose last change is remembered, so that notices and rescans do not both yield it. */
const REMEMBERED = 10_000;

/**
 * Call it before the folders are listed for the first time and iterate afterwards: what arrives in between is yielded.
 * A path may come twice; an unchanged picture costs its reader one `stat`.
 */
export function watchPictures(
  folders: readonly string[],
  {
    signal,
    rescanMs = 30_000,
    settleMs = 500,
    since = Date.now(),
    onProblem = ignore,
    onDeaf = ignore,
  }: WatchContext,
): AsyncGenerator<string, void, undefined> {
  return follow(folders, { signal, rescanMs, settleMs, since, onProblem, onDeaf });
}

async function* follow(
  folders: readonly string[],
  { signal, rescanMs, settleMs, since, onProblem, onDeaf }: Required<WatchContext>,
): AsyncGenerator<string, void, undefined> {
  const isOver = () => signal.aborted;
  const inbox = createInbox(WAITING, signal);
  const roots = folders.map((folder) => resolve(folder));
  const watcher = watch([...folders], {
    ignoreInitial: true,
    ignored: (path) => isHiddenIn(roots, path),
    awaitWriteFinish: { stabilityThreshold: settleMs, pollInterval: Math.min(100, settleMs) },
  });
  const note = (path: string) => {
    const name = basename(path);
    if (isPictureName(name) || isVideoName(name)) inbox.put(path);
  };
  watcher.on('add', note);
  watcher.on('change', note);
  watcher.on('error', (error) => {
    onDeaf(error instanceof Error ? error : new Error(String(error)));
  });
  const isNews = createNews(REMEMBERED);
  let watermark = since;
  try {
    while (!isOver()) {
      const start = Date.now();
      for await (const path of discover(folders, { signal, onProblem })) {
        const changed = await lastChange(path, onProblem);
        if (changed === undefined || changed < watermark - SLACK) continue;
        // Still being written, unless the stamp comes from a clock that is ahead.
        const age = Date.now() - changed;
        if (age < settleMs && age > -SLACK) continue;
        if (isNews(path, changed)) yield path;
      }
      // What was still being written is younger than this.
      watermark = start - settleMs;
      const next = start + rescanMs;
      while (!isOver() && Date.now() < next) {
        for (const path of inbox.take()) {
          const changed = await lastChange(path, ignore);
          if (changed !== undefined && isNews(path, changed)) yield path;
        }
        await inbox.wait(next - Date.now());
      }
    }
  } finally {
    await watcher.close();
  }
}

/** Below a watched folder a name that starts with a dot is left alone, and so is what lies in such a folder. */
function isHiddenIn(roots: readonly string[], path: string): boolean {
  const absolute = resolve(path);
  return roots.some((root) => {
    const inside = relative(root, absolute);
    const names = inside.split(sep);
    return names[0] !== '..' && names.some((name) => name.startsWith('.'));
  });
}

/** ms since the epoch: of its bytes, its name or its place. A file that has gone is no problem of ours. */
async function lastChange(path: string, onProblem: OnProblem): Promise<number | undefined> {
  try {
    const { mtimeMs, ctimeMs } = await stat(rawPath(path));
    return Math.max(mtimeMs, ctimeMs);
  } catch (error) {
    const problem = fileError(error, path, 'discover');
    if (!(problem instanceof SampleError)) throw problem;
    if (!problem.reason.includes('ENOENT')) await onProblem(problem);
    return undefined;
  }
}

function ignore(): void {
  // Nobody asked.
}
