// Runs a stage on every item, a few at a time; an item that the stage refuses is set aside and the stream goes on.
import { catchError, EMPTY, mergeMap, type OperatorFunction } from 'rxjs';
import { SampleError } from '../stages/sample-error.ts';
import { abortable } from './abortable.ts';
import type { Credits } from './credits.ts';

export interface AttemptOptions<A> {
  /** Items in this stage at the same time, >= 1. */
  readonly lanes: number;
  /** Gets each refused item once. What it throws stops the stream. */
  readonly onReject?: (error: SampleError, item: A) => void | Promise<void>;
  /** The credit of a refused item goes back here, after `onReject`. */
  readonly credits?: Credits;
}

/** Only a `SampleError` sets an item aside; every other error goes through and ends the stream. Order is not kept. */
export function attempt<A, B>(
  stage: (item: A, signal: AbortSignal) => B | Promise<B>,
  { lanes, onReject, credits }: AttemptOptions<A>,
): OperatorFunction<A, B> {
  if (!Number.isInteger(lanes) || lanes < 1) {
    throw new RangeError(`Expected \`lanes\` to be an integer >= 1, got ${lanes}`);
  }
  const setAside = async (error: SampleError, item: A) => {
    await onReject?.(error, item);
    credits?.release();
  };
  // Caught inside: an error that reaches mergeMap ends the stream.
  return mergeMap(
    (item: A) =>
      abortable((signal) => stage(item, signal)).pipe(
        catchError((error: unknown) => {
          if (!(error instanceof SampleError)) throw error;
          return abortable(() => setAside(error, item)).pipe(mergeMap(() => EMPTY));
        }),
      ),
    lanes,
  );
}
