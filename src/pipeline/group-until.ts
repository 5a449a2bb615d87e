// Groups values into arrays of at most `size`; a value that `isLast` accepts closes its group early.
import { Observable, type OperatorFunction } from 'rxjs';

export function groupUntil<T>(
  size: number,
  isLast: (value: T) => boolean,
): OperatorFunction<T, T[]> {
  return (source$) =>
    new Observable((subscriber) => {
      // Holds at most `size` values: it is flushed as soon as it is full.
      let group: T[] = [];
      const flush = () => {
        if (group.length === 0) return;
        const full = group;
        group = [];
        subscriber.next(full);
      };
      return source$.subscribe({
        next: (value) => {
          group.push(value);
          if (group.length >= size || isLast(value)) flush();
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          flush();
          subscriber.complete();
        },
      });
    });
}
