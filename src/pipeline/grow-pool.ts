// Follows the unlabelled folders while training runs: new pictures are ingested into the pool.
import { defer, EMPTY, finalize, ignoreElements, repeat, tap, type Observable } from 'rxjs';
import { ingest$, type IngestContext } from './ingest.ts';
import type { Pool } from './pool.ts';
import type { UnlabelledPictures } from './unlabelled-pictures.ts';
import { watchPictures } from './watch.ts';

export interface GrowOptions {
  readonly folders: readonly string[];
  readonly unlabelled: UnlabelledPictures;
  readonly pool: Pool;
  readonly ingest: IngestContext;
  readonly rescanMs: number;
  /** When the folders were listed for the first time, ms since the epoch: later files are new. */
  readonly since: number;
}

export interface Growth {
  /** Emits nothing; completes when `signal` aborts. */
  readonly grow$: (signal: AbortSignal) => Observable<never>;
  /** Does `work` while nobody follows the folders: whoever was on the way is in the pool before it begins, and who arrives meanwhile comes after it. */
  aside(work: () => Promise<void>): Promise<void>;
}

export function createGrowth(options: GrowOptions): Growth {
  const { folders, unlabelled, pool, ingest, rescanMs, since } = options;
  let interrupt = new AbortController();
  let idle: Promise<unknown> = Promise.resolve();
  let resumed = Promise.resolve();

  const follow$ = (over: AbortSignal) =>
    defer(() => {
      interrupt = new AbortController();
      const { promise, resolve } = Promise.withResolvers();
      idle = promise;
      const signal = AbortSignal.any([over, interrupt.signal]);
      const paths = watchPictures(folders, { signal, rescanMs, since });
      return ingest$(unlabelled.of(paths), { ...ingest, signal }).pipe(
        tap((person) => {
          pool.add(person);
        }),
        ignoreElements(),
        finalize(() => {
          resolve(undefined);
        }),
      );
    });

  return {
    grow$: (over) =>
      follow$(over).pipe(repeat({ delay: () => (over.aborted ? EMPTY : defer(() => resumed)) })),
    aside(work) {
      resumed = idle.then(work);
      interrupt.abort();
      return resumed;
    },
  };
}
