// Stops a run in which too much fails: training on next to nothing, silently, is the worst failure.

export interface CircuitBreaker {
  /** @throws {CircuitBreakerError} when too many of the last outcomes were failures. */
  record(isFailure: boolean): void;
}

export class CircuitBreakerError extends Error {
  override readonly name = 'CircuitBreakerError';
}

export interface BreakerOptions {
  /** Share of failures that is still accepted. @default 0.2 */
  readonly share?: number;
  /** Outcomes looked back on. @default 500 */
  readonly window?: number;
  /** Outcomes before a judgement. @default 100 */
  readonly least?: number;
}

export function createCircuitBreaker({
  share = 0.2,
  window = 500,
  least = 100,
}: BreakerOptions = {}): CircuitBreaker {
  // A ring of the last `window` outcomes; `failures` is its sum.
  const ring = new Uint8Array(window);
  let seen = 0;
  let failures = 0;
  return {
    record(isFailure) {
      const slot = seen % window;
      failures += (isFailure ? 1 : 0) - ring[slot]!;
      ring[slot] = isFailure ? 1 : 0;
      seen++;
      const counted = Math.min(seen, window);
      if (seen < least || failures <= share * counted) return;
      throw new CircuitBreakerError(
        `Stopped: ${failures} of the last ${counted} pictures failed, more than ${share * 100} %. ` +
          'Look at their reasons in the quarantine, mend or leave out those pictures, and run again.',
      );
    },
  };
}
