// Runs a stream to its end, with a companion that is told to stop when the stream is over.
import { finalize, ignoreElements, lastValueFrom, merge, tap, type Observable } from 'rxjs';

/** @param companion$ fails the run when it fails; gets a signal that aborts at the end of `main$` */
export async function runBeside<T>(
  main$: Observable<T>,
  companion$: ((signal: AbortSignal) => Observable<never>) | undefined,
  onValue: (value: T) => void,
): Promise<void> {
  const over = new AbortController();
  const observed$ = main$.pipe(
    tap(onValue),
    ignoreElements(),
    finalize(() => {
      over.abort();
    }),
  );
  const all$ = companion$ ? merge(observed$, companion$(over.signal)) : observed$;
  await lastValueFrom(all$, { defaultValue: undefined });
}
