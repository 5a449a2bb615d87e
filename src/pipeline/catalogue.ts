// Pictures into the catalog, without crops: an unchanged file costs one stat; a new one is read, hashed, its header looked at.
import { resolve } from 'node:path';
import { concatMap, defer, ignoreElements, mergeMap, tap, type Observable } from 'rxjs';
import { clearQuarantine, isQuarantineEmpty } from '../../db/quarantine.ts';
import { retryBusy } from '../../db/retry.ts';
import { transaction } from '../../db/transaction.ts';
import { catalogue } from '../stages/catalogue.ts';
import { identify, type Identity } from '../stages/identify.ts';
import { lookAt, type Refused, type Unread } from '../stages/recognise.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { setAside } from '../stages/set-aside.ts';
import { attempt } from './attempt.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { createCredits } from './credits.ts';
import { inChunks } from './in-chunks.ts';
import type { IngestContext } from './ingest.ts';
import { pull } from './pull.ts';
import { untilAborted } from './until-aborted.ts';

/** Files looked at together, and written in one transaction, at most. */
const CHUNK = 512;

/**
 * Emits nothing. Counts `pictures_unchanged`, `files_read` (now in the catalog) and `pictures_rejected`; errors as `ingest$`.
 * @param context `lanes`: files that are read at the same time, @default 16; `credits`: @default 2048
 */
export function catalogue$(
  paths: AsyncIterable<string>,
  context: Omit<IngestContext, 'spec'>,
): Observable<never> {
  const { db, lanes = 16, signal, onReject, onInFlight } = context;
  return defer(() => {
    const credits = createCredits(context.credits ?? 4 * CHUNK);
    const breaker = createCircuitBreaker();
    const size = Math.min(CHUNK, Math.ceil(credits.capacity / 4));
    const settle = (name: string, pictures: number) => {
      if (pictures === 0) return;
      context.counters?.(name, pictures);
      context.onSettled?.(pictures);
      for (let i = 0; i < pictures; i++) breaker.record(false);
      credits.release(pictures);
    };
    const reject = async (error: SampleError) => {
      await setAside(db, error);
      context.counters?.('pictures_rejected', 1);
      onReject?.(error);
      context.onSettled?.(1);
      breaker.record(true);
    };
    const look = async (chunk: readonly string[]) => {
      const looks = await lookAt(
        db,
        chunk.map((path) => ({ path, people: [] })),
      );
      const unsettled = looks.filter((one) => one.kind !== 'unchanged');
      settle('pictures_unchanged', looks.length - unsettled.length);
      return unsettled;
    };
    const store = async (chunk: readonly Omit<Identity, 'bytes'>[]) => {
      await retryBusy(() => {
        transaction(db, () => {
          const hasFailures = !isQuarantineEmpty(db);
          for (const identity of chunk) {
            catalogue(db, identity);
            if (hasFailures) clearQuarantine(db, resolve(identity.path));
          }
        });
      });
      settle('files_read', chunk.length);
    };

    return pull(paths, credits).pipe(
      untilAborted(signal),
      tap(() => onInFlight?.(credits.inFlight)),
      inChunks(size),
      // Two at a time: the file system answers for one while the database is asked about the other.
      mergeMap(look, 2),
      concatMap((unsettled) => unsettled),
      attempt(read, { lanes, credits, onReject: reject }),
      inChunks(size),
      concatMap(store),
      ignoreElements(),
    );
  });
}

/** The bytes stay here: what waits for its transaction is small. */
async function read(look: Unread<never> | Refused<never>): Promise<Omit<Identity, 'bytes'>> {
  if (look.kind === 'refused') throw look.error;
  const { path, sha256, facts, info } = await identify(look.picture.path, look.facts);
  return { path, sha256, facts, info };
}
