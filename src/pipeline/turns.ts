// Work of the event loop's own, one piece a turn of it: timers, signals and answers never wait for two.
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';

export interface Turns {
  /** Does `work` in a turn of its own, after all that was asked for before. */
  take<T>(work: () => T): Promise<T>;
  /** Every part up to the next `yield` in a turn of its own. @returns what the parts return in the end */
  takeAll<T>(parts: Generator<undefined, T>): Promise<T>;
}

/**
 * Between two turns the thread sleeps as long as the first took, or does not: a thread that always wants to run is made to
 * wait for the others once it has had its share of a core, in the middle of a turn; one that sleeps runs when it wakes.
 * @param isHurried whether somebody waits for the work now
 */
export function createTurns(isHurried: () => boolean = () => true): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let took = 0;
  const take = <T>(work: () => T): Promise<T> => {
    const next = last.then(async () => {
      await (isHurried() ? immediate() : sleep(took));
      const start = performance.now();
      try {
        return work();
      } finally {
        took = performance.now() - start;
      }
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
