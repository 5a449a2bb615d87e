// Groups items that come quickly one after the other.
import { bufferTime, filter, type OperatorFunction } from 'rxjs';

/** Longest wait for company, ms. */
const WAIT = 20;

/** Chunks of `size` at most, in order; one that does not fill goes on after some milliseconds. */
export function inChunks<T>(size: number): OperatorFunction<T, readonly T[]> {
  return (source$) =>
    source$.pipe(
      bufferTime(WAIT, undefined, size),
      filter((chunk) => chunk.length > 0),
    );
}
