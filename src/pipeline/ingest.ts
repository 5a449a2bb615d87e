// Pictures in, crops in the database out: recognise → crop. Bad pictures go to quarantine with their reason.
import { resolve } from 'node:path';
import { concatMap, defer, tap, type Observable } from 'rxjs';
import { createGroupCommit } from '../../db/group-commit.ts';
import type { Database } from '../../db/open.ts';
import { clearQuarantine, isQuarantineEmpty } from '../../db/quarantine.ts';
import { retryBusy } from '../../db/retry.ts';
import type { CropSpec } from '../pose/types.ts';
import { admit } from '../stages/admit.ts';
import type { Cropped } from '../stages/crop.ts';
import { createDesk } from '../stages/desk.ts';
import { createKeyedLock } from '../stages/keyed-lock.ts';
import type { Admitted, Picture } from '../stages/picture.ts';
import { recognise } from '../stages/recognise.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { setAside } from '../stages/set-aside.ts';
import { digestOfSpec } from '../stages/spec-digest.ts';
import type { Sampling } from '../stages/video/sampling.ts';
import { attempt } from './attempt.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { createCredits } from './credits.ts';
import { inChunks } from './in-chunks.ts';
import { pull } from './pull.ts';
import { untilAborted } from './until-aborted.ts';

export type { Admitted, Person, Picture } from '../stages/picture.ts';

export interface IngestContext {
  readonly db: Database;
  readonly spec: CropSpec;
  /** Pictures that are read and decoded at the same time: their bytes and pixels are in memory. Three times as many wait for a commit: crops. @default 4 */
  readonly lanes?: number;
  /** Pictures in flight at most; those outside the lanes are a path and a few numbers. @default 256 */
  readonly credits?: number;
  /** Aborted: no further picture is asked for, those in flight finish, the stream completes. */
  readonly signal?: AbortSignal | undefined;
  /** Small pictures are decoded on this thread: for where an engine takes every core. @default false */
  readonly inPlace?: boolean | undefined;
  /** Which frames of videos are taken. @default every 30th */
  readonly sampling?: Sampling | undefined;
  /** Gets each picture, and each person, that was set aside; it is in quarantine already. */
  readonly onReject?: (error: SampleError) => void;
  /** `pictures_unchanged`, `files_read`, `pictures_decoded`, `crops_made`, `pictures_rejected`. */
  counters?(name: string, by: number): void;
  /** Pictures in flight, told whenever another one comes in. */
  readonly onInFlight?: (pictures: number) => void;
  /** So many more pictures are in, or set aside. */
  readonly onSettled?: (pictures: number) => void;
}

/**
 * Emits the people of a picture as soon as their crops are stored; pictures overtake each other.
 * @throws {CircuitBreakerError} when more than 20 % of the last 500 pictures failed; {DatabaseError}; whatever
 * `pictures` throws.
 */
export function ingest$<T>(
  pictures: AsyncIterable<Picture<T>>,
  context: IngestContext,
): Observable<Admitted<T>> {
  const { db, spec, lanes = 4, signal, sampling, inPlace, onReject, onInFlight } = context;
  const count = (name: string, by: number) => context.counters?.(name, by);
  return defer(() => {
    const credits = createCredits(context.credits ?? 256);
    const breaker = createCircuitBreaker();
    let inLanes = 0;
    // The other half goes on meanwhile.
    const commit = createGroupCommit(db, () => Math.min(inLanes, 2 * lanes));
    const desk = createDesk(lanes);
    const alone = createKeyedLock();
    const digest = digestOfSpec(spec);

    const reject = async (error: SampleError) => {
      await setAside(db, error);
      count('pictures_rejected', 1);
      onReject?.(error);
      context.onSettled?.(1);
      breaker.record(true);
    };
    const settle = async ({ admitted, rejected, path }: Cropped<T>) => {
      if (rejected.length === 0 && !isQuarantineEmpty(db))
        await retryBusy(() => {
          clearQuarantine(db, resolve(path));
        });
      for (const error of rejected) {
        await setAside(db, error);
        onReject?.(error);
      }
      context.onSettled?.(1);
      breaker.record(admitted.length === 0 && rejected.length > 0);
      credits.release();
      return admitted;
    };

    return pull(pictures, credits).pipe(
      untilAborted(signal),
      tap(() => onInFlight?.(credits.inFlight)),
      // Half of the credits, so that a chunk can fill while another is worked on.
      inChunks(Math.ceil(credits.capacity / 2)),
      concatMap((chunk) => recognise(chunk, { db, specDigest: digest.digest })),
      concatMap((recognised) => recognised),
      attempt(
        async (picture) => {
          inLanes += 1;
          try {
            const stages = { commit, alone, desk, digest, count };
            return await admit(picture, { ...stages, db, spec, signal, sampling, inPlace });
          } finally {
            inLanes -= 1;
          }
        },
        {
          lanes: 4 * lanes,
          credits,
          onReject: reject,
        },
      ),
      concatMap(settle),
      concatMap((admitted) => admitted),
    );
  });
}
