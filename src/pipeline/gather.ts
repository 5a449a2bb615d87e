// Gathers what a run trains on: the labelled people and the pool, ingested into the database.
import { stat } from 'node:fs/promises';
import { lastValueFrom, tap } from 'rxjs';
import type { Database } from '../../db/open.ts';
import { UsageError } from '../config/resolve.ts';
import type { Counters } from '../stages/counters.ts';
import type { Finder } from '../stages/picture.ts';
import type { SampleError } from '../stages/sample-error.ts';
import type { CropSpec } from '../pose/types.ts';
import { ingest$, type IngestContext } from './ingest.ts';
import { listPictures } from './list-pictures.ts';
import type { Pool } from './pool.ts';
import { readLabels, type LabelledPeople } from './read-labels.ts';
import { openUnlabelled, type UnlabelledPictures } from './unlabelled-pictures.ts';
import { videoSampling } from './video-sampling.ts';

export interface GatherOptions {
  readonly labels: string;
  readonly images: string;
  readonly unlabeled: readonly string[];
  readonly boxes: readonly string[];
  readonly boxesImages?: string | undefined;
  readonly exclude: readonly string[];
  readonly limitLabels?: number | undefined;
  readonly seed: number;
  readonly every?: number | undefined;
  readonly scene?: number | undefined;
  /** Of a detector. */
  readonly threads?: number | undefined;
}

export interface GatherContext {
  readonly db: Database;
  readonly spec: CropSpec;
  readonly pool: Pool;
  readonly signal: AbortSignal;
  readonly count: Counters;
  readonly onReject: (error: SampleError) => void;
  readonly onPicture: () => void;
  /** For `--boxes teacher`. */
  readonly teacher?: (() => Finder) | undefined;
}

export interface Gathered {
  readonly labelled: LabelledPeople;
  readonly unlabelled: UnlabelledPictures;
  readonly ingest: IngestContext;
  /** Lists the unlabelled pictures again and adds everybody to the pool, as boxes are now. */
  readonly again: () => Promise<void>;
}

/** @throws UsageError where a folder that was named does not exist. The pool holds the unlabelled pictures and, as in the paper, the labelled people too. */
export async function gather(options: GatherOptions, context: GatherContext): Promise<Gathered> {
  const { db, spec, pool, signal, count, onReject, onPicture, teacher } = context;
  const sampling = videoSampling(options);
  const ingest: IngestContext = { db, spec, signal, sampling, counters: count, onReject };
  const { seed, limitLabels } = options;
  const labelled = await readLabels(
    { ...options, ...(limitLabels !== undefined && { limit: { count: limitLabels, seed } }) },
    ingest,
  );
  for (const folder of options.unlabeled) await mustExist(folder);
  const unlabelled = await openUnlabelled(options, { threads: options.threads, teacher });
  const again = async () => {
    for (const person of labelled.people) pool.add(person);
    Object.assign(unlabelled.counts, { withoutBox: 0, excluded: 0 });
    const paths = listPictures(options.unlabeled, { db, signal, onReject });
    await lastValueFrom(
      ingest$(unlabelled.of(paths), ingest).pipe(
        tap((person) => {
          pool.add(person);
          onPicture();
        }),
      ),
      { defaultValue: undefined },
    );
  };
  await again();
  return { labelled, unlabelled, ingest, again };
}

/** A glob or a list may name nothing yet; a plain path that does not exist is a slip of the pen. */
async function mustExist(path: string): Promise<void> {
  if (/[*?[\]{}]|^@/.test(path)) return;
  await stat(path).catch((error: unknown) => {
    throw new UsageError(`--unlabeled ${path}: there is no such file or folder`, { cause: error });
  });
}
