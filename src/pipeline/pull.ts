// Turns an async iterable into an observable that reads ahead no further than its credits.
import { Observable } from 'rxjs';
import type { Credits } from './credits.ts';

/**
 * Takes a credit, then asks for one value; the consumer releases the credit when it is done with the value.
 * Unsubscribing returns the iterator. A generator that is parked in an `await` only sees that when the await settles:
 * give it an `AbortSignal` of its own.
 * @param onCleanupError gets what `return()` of the iterator rejects with, for then nobody listens any more.
 */
// eslint-disable-next-line rxjs-x/finnish -- a verb, read at the head of a pipe
export function pull<T>(
  source: AsyncIterable<T>,
  credits: Credits,
  onCleanupError: (error: unknown) => void = warn,
): Observable<T> {
  return new Observable((subscriber) => {
    const iterator = source[Symbol.asyncIterator]();
    let isPulling = false;
    let isDone = false;
    // A loop, not an operator composition: 200,000 synchronous values must not grow the stack.
    const pullWhileFree = async () => {
      if (isPulling || isDone) return;
      isPulling = true;
      try {
        while (!subscriber.closed && credits.tryTake()) {
          const result = await iterator.next();
          if (result.done) {
            isDone = true;
            credits.release();
            subscriber.complete();
            return;
          }
          subscriber.next(result.value);
        }
      } catch (error) {
        isDone = true;
        subscriber.error(error);
      } finally {
        isPulling = false;
      }
    };
    const wake = credits.returned$.subscribe({
      next: () => void pullWhileFree(),
      error: (error: unknown) => {
        subscriber.error(error);
      },
    });
    void pullWhileFree();
    return () => {
      wake.unsubscribe();
      if (!isDone) iterator.return?.().then(undefined, onCleanupError);
    };
  });
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
