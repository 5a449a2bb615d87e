// Work of the event loop's own, one piece a turn of it: timers, signals and answers never wait for two.
import { setImmediate as immediate } from 'node:timers/promises';

export interface Turns {
  /** Does `work` in a turn of its own, after all that was asked for before. */
  take<T>(work: () => T): Promise<T>;
  /** Every part up to the next `yield` in a turn of its own. @returns what the parts return in the end */
  takeAll<T>(parts: Generator<undefined, T>): Promise<T>;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  const take = <T>(work: () => T): Promise<T> => {
    const next = last.then(async () => {
      await immediate();
      return work();
    });
    // Who asked hears of a failure; the others go on.
    last = next.catch(() => undefined);
    return next;
  };
  return {
    take,
    async takeAll(parts) {
      let part = await take(() => parts.next());
      while (part.done !== true) part = await take(() => parts.next());
      return part.value;
    },
  };
}
