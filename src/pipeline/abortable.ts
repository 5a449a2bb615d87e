// An observable of one promise that can be called off.
import { Observable } from 'rxjs';

/** Starts `work` on subscription and aborts its signal on unsubscription; what it rejects with after that is dropped. */
// eslint-disable-next-line rxjs-x/finnish -- a verb, read at the head of a pipe
export function abortable<T>(work: (signal: AbortSignal) => T | Promise<T>): Observable<T> {
  return new Observable((subscriber) => {
    const controller = new AbortController();
    // Inside an async function a synchronous throw of `work` is a rejection like any other.
    const settle = async () => {
      try {
        subscriber.next(await work(controller.signal));
        subscriber.complete();
      } catch (error) {
        subscriber.error(error);
      }
    };
    void settle();
    return () => {
      controller.abort();
    };
  });
}
