// An observable of one promise that can be called off.
import { Observable } from 'rxjs';

/** Starts `work` on subscription and aborts its signal on unsubscription; what it rejects with after that is dropped. */
// eslint-disable-next-line rxjs-x/finnish -- a verb, read at the head of a pipe
export function abortable<T>(work: (signal: AbortSignal) => T | Promise<T>): Observable<T> {
  return new Observable((subscriber) => {
    const controller = new AbortController();
    let isSettled = false;
    // Inside an async function a synchronous throw of `work` is a rejection like any other.
    const settle = async () => {
      try {
        const value = await work(controller.signal);
        isSettled = true;
        subscriber.next(value);
        subscriber.complete();
      } catch (error) {
        isSettled = true;
        subscriber.error(error);
      }
    };
    void settle();
    return () => {
      // Aborting makes an exception with its stack: not for the many that end well.
      if (!isSettled) controller.abort();
    };
  });
}
