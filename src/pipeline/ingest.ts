// Pictures in, crops in the database out: recognise → crop. Bad pictures go to quarantine with their reason.
import { resolve } from 'node:path';
import { concatMap, defer, tap, type Observable } from 'rxjs';
import type { Database } from '../../db/open.ts';
import { clearQuarantine } from '../../db/quarantine.ts';
import { retryBusy } from '../../db/retry.ts';
import type { CropSpec } from '../pose/types.ts';
import { cropPeople, type Cropped } from '../stages/crop.ts';
import { createKeyedLock } from '../stages/keyed-lock.ts';
import type { Admitted, Picture } from '../stages/picture.ts';
import { recognise } from '../stages/recognise.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { setAside } from '../stages/set-aside.ts';
import { digestOfSpec } from '../stages/spec-digest.ts';
import { attempt } from './attempt.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { createCredits } from './credits.ts';
import { pull } from './pull.ts';
import { untilAborted } from './until-aborted.ts';

export type { Admitted, Person, Picture } from '../stages/picture.ts';

export interface IngestContext {
  readonly db: Database;
  readonly spec: CropSpec;
  /** Pictures a stage works on at the same time. @default 4 */
  readonly lanes?: number;
  /** Pictures in flight at most, decoded ones among them. @default 16 */
  readonly credits?: number;
  /** Aborted: no further picture is asked for, those in flight finish, the stream completes. */
  readonly signal?: AbortSignal | undefined;
  /** Gets each picture, and each person, that was set aside; it is in quarantine already. */
  readonly onReject?: (error: SampleError) => void;
  /** `pictures_unchanged`, `files_read`, `pictures_decoded`, `crops_made`, `pictures_rejected`. */
  counters?(name: string, by: number): void;
  /** Pictures in flight, told whenever another one comes in. */
  readonly onInFlight?: (pictures: number) => void;
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
  const { db, spec, lanes = 4, signal, onReject, onInFlight } = context;
  const count = (name: string, by: number) => context.counters?.(name, by);
  return defer(() => {
    const credits = createCredits(context.credits ?? 16);
    const breaker = createCircuitBreaker();
    const alone = createKeyedLock();
    const digest = digestOfSpec(spec);

    const reject = async (error: SampleError) => {
      await setAside(db, error);
      count('pictures_rejected', 1);
      onReject?.(error);
      breaker.record(true);
    };
    const settle = async ({ admitted, rejected, path }: Cropped<T>) => {
      if (rejected.length === 0)
        await retryBusy(() => {
          clearQuarantine(db, resolve(path));
        });
      for (const error of rejected) {
        await setAside(db, error);
        onReject?.(error);
      }
      breaker.record(admitted.length === 0 && rejected.length > 0);
      credits.release();
      return admitted;
    };

    return pull(pictures, credits).pipe(
      untilAborted(signal),
      tap(() => onInFlight?.(credits.inFlight)),
      attempt((picture) => recognise(picture, { db, specDigest: digest.digest, count }), {
        lanes,
        credits,
        onReject: reject,
      }),
      // Copies of one picture wait for each other, so that it is decoded once.
      attempt(
        (known) => alone(known.image.id, () => cropPeople(known, { db, spec, digest, count })),
        {
          lanes,
          credits,
          onReject: reject,
        },
      ),
      concatMap(settle),
      concatMap((admitted) => admitted),
    );
  });
}
