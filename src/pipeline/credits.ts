// Credits: how many items may be in flight. Every credit taken is released exactly once.
import { Subject, type Observable } from 'rxjs';

export interface Credits {
  readonly capacity: number;
  readonly free: number;
  readonly inFlight: number;
  /** Takes one if one is free. */
  tryTake(): boolean;
  /** Gives `count` back. @throws {RangeError} when more come back than were taken. @default 1 */
  release(count?: number): void;
  /** Emits after every release. */
  readonly returned$: Observable<void>;
}

/** @param capacity an integer >= 1; at least the batch size where batches are filled, or they never fill. */
export function createCredits(capacity: number): Credits {
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new RangeError(`Expected \`capacity\` to be an integer >= 1, got ${capacity}`);
  }
  const returned$ = new Subject<void>();
  // Invariant: 0 <= free <= capacity.
  let free = capacity;
  return {
    capacity,
    get free() {
      return free;
    },
    get inFlight() {
      return capacity - free;
    },
    tryTake() {
      if (free === 0) return false;
      free--;
      return true;
    },
    release(count = 1) {
      if (!Number.isInteger(count) || count < 1 || free + count > capacity) {
        throw new RangeError(
          `Expected to release 1 to ${capacity - free} credits (those in flight), got ${count}`,
        );
      }
      free += count;
      returned$.next();
    },
    returned$: returned$.asObservable(),
  };
}
