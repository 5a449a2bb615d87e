import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCollapseDetector, type CollapseAlarm } from '../../src/monitor/collapse.ts';

type Curve = readonly (readonly [
  step: number,
  student: number,
  labelled: number,
  weight: number,
])[];

const recorded = JSON.parse(
  readFileSync(new URL('collapse-curves.json', import.meta.url), 'utf8'),
) as Record<string, Curve>;

/** The first alarm over a curve whose points hold until the next one. */
function watch(curve: Curve): CollapseAlarm | undefined {
  const detector = createCollapseDetector({ easy: 'affine30', hard: 'affine60' });
  let last = 0;
  for (const [step, studentPeak, labelledPeak, weight] of curve) {
    for (let each = last + 1; each <= step; each++) {
      const alarm = detector.observe({ step: each, studentPeak, labelledPeak, weight });
      if (alarm) return alarm;
    }
    last = step;
  }
  return undefined;
}

/** First step at which the mean of the last 25 steps is below a quarter of its best. */
function lost(curve: Curve): number {
  let best = 0;
  for (let i = 4; i < curve.length; i++) {
    const peak = curve.slice(i - 4, i + 1).reduce((sum, [, student]) => sum + student, 0) / 5;
    best = Math.max(best, peak);
    if (best > 0.15 && peak < best / 4) return curve[i]![0];
  }
  return Infinity;
}

/** A run whose peaks rise together, and whose unlabelled one falls from `from` on within `length` steps, to `left` of it. */
const falling = (from: number, length: number, left: number, steps = 1000): Curve =>
  Array.from({ length: steps / 5 }, (_, i) => {
    const step = 5 * (i + 1);
    const rise = 0.6 * (1 - Math.exp(-step / 120));
    const part = Math.min(1, Math.max(0, (step - from) / length));
    return [step, rise * (1 - (1 - left) * part), rise, 1] as const;
  });

describe('the alarm of a collapse', () => {
  it('comes on naive consistency before its peak is a quarter of its best', () => {
    const curve = recorded['naive']!;
    const alarm = watch(curve)!;
    console.log(
      `naive: alarm at ${alarm.step}, falling since ${alarm.since}, a quarter at ${lost(curve)}`,
    );
    expect(alarm.signal).toBe('unlabelled peak');
    expect(alarm.step).toBeLessThan(lost(curve));
    expect(alarm.since).toBeLessThan(alarm.step);
    expect(alarm.reason).not.toContain('\n');
    expect(alarm.reason).toContain('--hard');
  });

  it('does not come on Single', () => {
    expect(watch(recorded['single']!)).toBeUndefined();
  });

  it('does not come on a student that follows the low peaks of a stored canonical view', () => {
    expect(watch(recorded['canonical']!)).toBeUndefined();
  });

  it('comes on a peak that sinks for a thousand steps before it is a quarter of its best', () => {
    const curve = falling(300, 2000, 0.02, 2500);
    const alarm = watch(curve)!;
    expect(alarm.step - alarm.since).toBeGreaterThan(500);
    expect(alarm.step).toBeLessThan(lost(curve));
  });

  it('comes whenever the peak falls, in time, and names when it began', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 150, max: 600 }),
        fc.integer({ min: 60, max: 300 }),
        fc.double({ min: 0.02, max: 0.2, noNaN: true }),
        (from, length, left) => {
          const curve = falling(from, length, left);
          const alarm = watch(curve)!;
          expect(alarm.step).toBeGreaterThan(from);
          expect(alarm.step).toBeLessThanOrEqual(from + length + 40);
          expect(Math.abs(alarm.since - from)).toBeLessThan(60 + length / 4);
        },
      ),
    );
  });

  it('does not come while the peak stays above 70 % of its best, or while both peaks fall', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 50, max: 600 }),
        fc.integer({ min: 10, max: 300 }),
        fc.double({ min: 0.7, max: 1, noNaN: true }),
        (from, length, left) => {
          expect(watch(falling(from, length, left))).toBeUndefined();
          const both = falling(from, length, 0.1).map(
            ([step, student, , weight]) => [step, student, student * 1.1, weight] as const,
          );
          expect(watch(both)).toBeUndefined();
        },
      ),
    );
  });

  it('comes where the peak never rose while labelled pictures were learned', () => {
    const curve = falling(0, 1, 0.03);
    expect(watch(curve)?.signal).toBe('unlabelled peak against labelled');
  });

  it('does not come without a consistency term', () => {
    const curve = falling(300, 50, 0.02).map(([step, a, b]) => [step, a, b, 0] as const);
    expect(watch(curve)).toBeUndefined();
  });
});
