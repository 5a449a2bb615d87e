// Waits for a busy database without stalling the event loop.
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError, sqliteCode } from './error.ts';

export interface RetryOptions {
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Longest time to wait for the lock, ms. @default 60 000 */
  readonly limit?: number;
}

/** First and longest pause between two tries, ms. */
const PAUSE = { first: 5, longest: 250 };

/**
 * Calls `work`, a synchronous transaction, again while another process holds the write lock.
 * @throws {DatabaseError} when the lock did not come free within `limit`; whatever else `work` throws, at once.
 */
export async function retryBusy<T>(
  work: () => T,
  { signal, limit = 60_000 }: RetryOptions = {},
): Promise<T> {
  const start = performance.now();
  for (let pause = PAUSE.first; ; pause = Math.min(2 * pause, PAUSE.longest)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      const waited = performance.now() - start;
      if (waited >= limit) {
        throw new DatabaseError(
          `The database has been locked by another process for ${Math.round(waited / 1000)} s. ` +
            'Let that process finish or stop it, then run the same command again.',
          { cause: error },
        );
      }
      await sleep(pause, undefined, signal ? { signal } : {});
    }
  }
}

/** Another connection holds the lock that this statement needs. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && /^SQLITE_(BUSY|LOCKED)/.test(code);
}
