// Streams for tests: async sources, and what a stream emits until it completes.
import { lastValueFrom, toArray, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';

/** Yields the values; `end` then throws, where it is given. */
export async function* iterate<T>(
  values: Iterable<T>,
  end?: Error,
): AsyncGenerator<T, void, undefined> {
  await Promise.resolve();
  for (const value of values) yield value;
  if (end) throw end;
}

/** 0, 1, 2, … below `count`. */
export function* count(count = Infinity): Generator<number, void, undefined> {
  for (let i = 0; i < count; i++) yield i;
}

/** Everything that the stream emits. Rejects with its error. */
export function collect<T>(source$: Observable<T>): Promise<T[]> {
  return lastValueFrom(source$.pipe(toArray()), { defaultValue: [] });
}

/** Virtual time; compares what was observed with what was expected. */
export function marbles(): TestScheduler {
  return new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });
}
