import { describe, expect, it } from 'vitest';
import { CircuitBreakerError, createCircuitBreaker } from '../../src/pipeline/circuit-breaker.ts';

/** After how many outcomes it trips; undefined if it does not. */
function tripsAfter(outcomes: Iterable<boolean>): number | undefined {
  const breaker = createCircuitBreaker();
  let recorded = 0;
  for (const isFailure of outcomes) {
    recorded++;
    try {
      breaker.record(isFailure);
    } catch (error) {
      expect(error).toBeInstanceOf(CircuitBreakerError);
      return recorded;
    }
  }
  return undefined;
}

const pattern = (length: number, isFailure: (index: number) => boolean) =>
  Array.from({ length }, (_, index) => isFailure(index));

describe('the circuit breaker', () => {
  it('does not judge before it has seen 100', () => {
    expect(tripsAfter(pattern(99, () => true))).toBeUndefined();
    expect(tripsAfter(pattern(500, () => true))).toBe(100);
  });

  it('accepts 20 % of failures for ever, and not more', () => {
    expect(tripsAfter(pattern(5000, (i) => i % 5 === 4))).toBeUndefined();
    expect(tripsAfter(pattern(5000, (i) => i % 4 === 0))).toBeLessThanOrEqual(104);
  });

  it('looks back on the last 500: a good start does not excuse a bad end', () => {
    const trip = tripsAfter(pattern(20_000, (i) => i >= 10_000));
    expect(trip).toBe(10_000 + 101);
  });

  it('says what happened and what to do', () => {
    const breaker = createCircuitBreaker({ share: 0.5, window: 10, least: 4 });
    for (const outcome of [true, true, false]) breaker.record(outcome);
    expect(() => {
      breaker.record(true);
    }).toThrow(
      '3 of the last 4 pictures failed, more than 50 %. Look at their reasons in the quarantine',
    );
  });
});
