// Follows the unlabelled folders while training runs: new pictures are ingested into the pool.
import { ignoreElements, tap, type Observable } from 'rxjs';
import { ingest$, type IngestContext } from './ingest.ts';
import type { Pool } from './pool.ts';
import type { UnlabelledPictures } from './unlabelled-pictures.ts';
import { watchPictures } from './watch.ts';

export interface GrowOptions {
  readonly folders: readonly string[];
  readonly unlabelled: UnlabelledPictures;
  readonly pool: Pool;
  readonly ingest: IngestContext;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  readonly rescanMs: number;
  /** When the folders were listed for the first time, ms since the epoch: later files are new. */
  readonly since: number;
}

/** Emits nothing; completes when `signal` aborts. */
export function growPool$(options: GrowOptions): Observable<never> {
  const { folders, unlabelled, pool, ingest, signal, rescanMs, since } = options;
  const paths = watchPictures(folders, { signal, rescanMs, since });
  return ingest$(unlabelled.of(paths), { ...ingest, signal }).pipe(
    tap((person) => {
      pool.add(person);
    }),
    ignoreElements(),
  );
}
