// Completes a stream when a signal aborts.
import { Observable, takeUntil, type MonoTypeOperatorFunction } from 'rxjs';

/** At the source of a pipe this drains it: nothing new comes, what is in flight finishes. */
export function untilAborted<T>(signal: AbortSignal | undefined): MonoTypeOperatorFunction<T> {
  return (source$) => (signal ? source$.pipe(takeUntil(aborted$(signal))) : source$);
}

function aborted$(signal: AbortSignal): Observable<void> {
  return new Observable((subscriber) => {
    const stop = () => {
      subscriber.next();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    return () => {
      signal.removeEventListener('abort', stop);
    };
  });
}
