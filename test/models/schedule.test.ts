import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multiStep, rampUp } from '../../src/models/schedule.ts';

describe('multiStep', () => {
  const at = (step: number) => multiStep(step, { base: 1e-3, milestones: [0.7, 0.9], steps: 10 });

  it('divides the learning rate by ten after each milestone', () => {
    const rates = [1, 7, 8, 9, 10].map(at);
    [1e-3, 1e-3, 1e-4, 1e-4, 1e-5].forEach((expected, i) => {
      expect(rates[i]! / expected).toBeCloseTo(1, 12);
    });
  });

  it('never grows, and begins at the base', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.uniqueArray(fc.double({ min: 0.01, max: 1, noNaN: true }), { maxLength: 4 }),
        (steps, milestones) => {
          let last = Infinity;
          for (let step = 1; step <= steps; step++) {
            const rate = multiStep(step, { base: 0.5, milestones, steps });
            expect(rate).toBeLessThanOrEqual(last);
            const passed = milestones.filter((fraction) => step > Math.floor(fraction * steps));
            expect(rate).toBeCloseTo(0.5 / 10 ** passed.length, 12);
            last = rate;
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('rampUp', () => {
  it('grows in equal steps to the weight and stays there', () => {
    expect([1, 2, 3, 4, 5, 100].map((step) => rampUp(step, 2, 4))).toEqual([0.5, 1, 1.5, 2, 2, 2]);
  });

  it('is the weight from the first step without a ramp', () => {
    expect(rampUp(1, 3, 0)).toBe(3);
  });
});
