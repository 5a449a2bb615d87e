// Brings folders of pictures into the database, once or for as long as it is asked to watch them.
import { lastValueFrom, tap } from 'rxjs';
import { openDatabase, type Database } from '../../db/open.ts';
import type { Options } from '../config/options.ts';
import { cropSpec, recipeNamed } from '../config/recipe.ts';
import { UsageError } from '../config/resolve.ts';
import { discover } from '../stages/discover.ts';
import { isVideoName } from '../stages/picture-name.ts';
import { prune } from '../stages/prune.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { setAside } from '../stages/set-aside.ts';
import { catalogue$ } from './catalogue.ts';
import { ingest$ } from './ingest.ts';
import { listPictures } from './list-pictures.ts';
import { createNews } from './news.ts';
import { openUnlabelled, type UnlabelledPictures } from './unlabelled-pictures.ts';
import { videoSampling } from './video-sampling.ts';
import { watchPictures } from './watch.ts';

export interface IngestFoldersOptions extends Pick<
  Options,
  | 'boxes'
  | 'boxesImages'
  | 'exclude'
  | 'every'
  | 'scene'
  | 'recipe'
  | 'padding'
  | 'cache'
  | 'watch'
  | 'threads'
> {
  /** Folders, globs, pictures, videos, @lists. */
  readonly pictures: readonly string[];
  /** COCO file of the labelled set, for `--boxes labels`. */
  readonly labels?: string | undefined;
  /** Make no crops. */
  readonly catalogOnly: boolean;
  /** Forget the files that are gone. */
  readonly prune: boolean;
}

export interface IngestFoldersHooks {
  /** Aborted: what is in flight finishes. */
  readonly signal: AbortSignal;
  readonly onReject: (error: SampleError) => void;
  /** Pictures that are settled by now, and how many there are in all once they are counted. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  /** The folders are in; from now on they are watched. */
  readonly onWatch?: () => void;
  /** The file system does not tell what changes: from now on only rescans find it. */
  readonly onDeaf?: (error: Error) => void;
  /** Pause between rescans while watching, ms. */
  readonly rescanMs?: number;
}

export interface IngestSummary {
  /** Files that had not changed. */
  readonly unchanged: number;
  /** Files that were read and are in the catalog now. */
  readonly read: number;
  /** People with a crop, those of unchanged files among them. */
  readonly people: number;
  readonly cropsMade: number;
  readonly rejected: number;
  readonly withoutBox: number;
  readonly excluded: number;
  /** Forgotten by `--prune`. */
  readonly prunedFiles: number;
  readonly prunedPictures: number;
  readonly seconds: number;
}

type Counts = Record<string, number>;

/** Paths whose last problem is remembered, so that rescans do not tell it again. */
const REMEMBERED = 10_000;

export async function ingestFolders(
  options: IngestFoldersOptions,
  hooks: IngestFoldersHooks,
): Promise<IngestSummary> {
  if (options.catalogOnly && options.boxes.length > 0)
    throw new UsageError('--catalog-only makes no crops, so --boxes would do nothing');
  videoSampling(options);
  const start = performance.now();
  const since = Date.now();
  const counts: Counts = {};
  const unlabelled = await openUnlabelled(options, { threads: options.threads });
  const db = openDatabase(options.cache);
  const totals = { people: 0, pruned: { files: 0, pictures: 0 } };
  try {
    const isNews = createNews(REMEMBERED);
    const onReject = (error: SampleError) => {
      isNews(error.path, error.reason);
      count(counts, 'rejected', 1);
      hooks.onReject(error);
    };
    const bringIn = (paths: AsyncIterable<string>) =>
      ingestPaths(paths, unlabelled, options, {
        db,
        counts,
        hooks: { ...hooks, onReject },
        onPerson: () => (totals.people += 1),
      });
    if (hooks.onProgress) countTotal(options.pictures, counts, hooks.signal);
    await bringIn(listPictures(options.pictures, { db, signal: hooks.signal, onReject }));
    if (options.prune && !hooks.signal.aborted)
      totals.pruned = await prune(db, options.pictures, hooks.signal);
    if (options.watch && !hooks.signal.aborted) {
      hooks.onWatch?.();
      // Nobody knows how many will come.
      delete counts['total'];
      const { signal, rescanMs, onDeaf } = hooks;
      const onProblem = async (problem: SampleError) => {
        if (!isNews(problem.path, problem.reason)) return;
        await setAside(db, problem);
        onReject(problem);
      };
      const again = {
        ...{ signal, since, onProblem },
        ...(rescanMs !== undefined && { rescanMs }),
        ...(onDeaf && { onDeaf }),
      };
      await bringIn(watchPictures(options.pictures, again));
    }
    return summaryOf(counts, unlabelled, {
      ...totals,
      seconds: (performance.now() - start) / 1000,
    });
  } finally {
    db.close();
    await unlabelled.dispose();
  }
}

interface PathContext {
  readonly db: Database;
  readonly counts: Counts;
  readonly hooks: IngestFoldersHooks;
  readonly onPerson: () => void;
}

async function ingestPaths(
  paths: AsyncIterable<string>,
  unlabelled: UnlabelledPictures,
  options: IngestFoldersOptions,
  { db, counts, hooks, onPerson }: PathContext,
): Promise<void> {
  const { catalogOnly, recipe, padding } = options;
  const { signal, onReject, onProgress } = hooks;
  const counters = (name: string, by: number) => {
    count(counts, name, by);
  };
  const onSettled = (pictures: number) => {
    count(counts, 'settled', pictures);
    onProgress?.(counts['settled']!, counts['total']);
  };
  const context = { db, signal, onReject, counters, onSettled };
  const stream$ = catalogOnly
    ? catalogue$(withoutVideos(paths), context)
    : ingest$(unlabelled.of(paths), {
        ...context,
        sampling: videoSampling(options),
        spec: cropSpec(recipeNamed(recipe), padding),
      });
  await lastValueFrom(stream$.pipe(tap(onPerson)), { defaultValue: undefined });
}

/** A second walk beside the first, which soon runs ahead: it only lists. */
function countTotal(patterns: readonly string[], counts: Counts, signal: AbortSignal): void {
  const countAll = async () => {
    let total = 0;
    // The first walk reports what cannot be listed, an unreadable list file among it.
    const paths = discover(patterns, { signal, onProblem: () => undefined });
    while (!(await paths.next()).done) total += 1;
    counts['total'] = total;
  };
  void countAll().catch(() => undefined);
}

/** Frames of videos come into the catalog with their crops. */
async function* withoutVideos(paths: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const path of paths) if (!isVideoName(path)) yield path;
}

function count(counts: Counts, name: string, by: number): void {
  counts[name] = (counts[name] ?? 0) + by;
}

function summaryOf(
  counts: Counts,
  { counts: { withoutBox, excluded } }: UnlabelledPictures,
  totals: {
    readonly people: number;
    readonly pruned: { readonly files: number; readonly pictures: number };
    readonly seconds: number;
  },
): IngestSummary {
  const { pictures_unchanged = 0, files_read = 0, crops_made = 0, rejected = 0 } = counts;
  return {
    unchanged: pictures_unchanged,
    read: files_read,
    people: totals.people,
    cropsMade: crops_made,
    rejected,
    withoutBox,
    excluded,
    prunedFiles: totals.pruned.files,
    prunedPictures: totals.pruned.pictures,
    seconds: totals.seconds,
  };
}
