// A few places at which something large is held in memory; who comes when all are taken waits, in order.

export interface Desk {
  /** Waits for a place. @returns leaves it; a second call does nothing */
  sit(): Promise<() => void>;
}

/** @param places integer >= 1 */
export function createDesk(places: number): Desk {
  let free = places;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async sit() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      let isSeated = true;
      return () => {
        if (isSeated) leave();
        isSeated = false;
      };
    },
  };
}
