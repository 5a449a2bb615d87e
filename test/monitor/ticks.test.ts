import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundTicks } from '../../src/monitor/ticks.ts';

describe('roundTicks', () => {
  it('chooses the numbers a person would', () => {
    expect(roundTicks(0, 1500, 5)).toEqual([0, 500, 1000, 1500]);
    expect(roundTicks(0, 0.68, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
    expect(roundTicks(36, 53, 5)).toEqual([35, 40, 45, 50, 55]);
  });

  it('spans any range with few ticks in growing order', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(value, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (low, range) => {
        const ticks = roundTicks(low, low + range, 5);
        const slack = 1e-6 * Math.max(1, Math.abs(low), range);
        expect(ticks[0]!).toBeLessThanOrEqual(low + slack);
        expect(ticks.at(-1)!).toBeGreaterThanOrEqual(low + range - slack);
        expect(ticks.length).toBeLessThanOrEqual(8);
        for (let i = 1; i < ticks.length; i++) expect(ticks[i]!).toBeGreaterThan(ticks[i - 1]!);
      }),
    );
  });

  it('opens a range around a single value', () => {
    const ticks = roundTicks(3, 3, 5);
    expect(ticks[0]!).toBeLessThanOrEqual(3);
    expect(ticks.at(-1)!).toBeGreaterThan(3);
  });
});
