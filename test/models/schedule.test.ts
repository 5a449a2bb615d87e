import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learningRateAt, multiStep, rampUp } from '../../src/models/schedule.ts';

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

describe('learningRateAt', () => {
  const plain = { base: 0.5, steps: 100, milestones: [0.7, 0.9], warmup: 0 } as const;

  it('is the step schedule by that name, and the base where it is constant', () => {
    for (const step of [1, 70, 71, 91, 100]) {
      expect(learningRateAt(step, { ...plain, name: 'step' })).toBe(multiStep(step, plain));
      expect(learningRateAt(step, { ...plain, name: 'constant' })).toBe(0.5);
    }
  });

  it('falls along half a cosine', () => {
    const at = (step: number) => learningRateAt(step, { ...plain, name: 'cosine' });
    for (const part of [0, 0.25, 0.5, 0.75]) {
      expect(at(1 + 100 * part) / 0.5).toBeCloseTo(0.5 * (1 + Math.cos(Math.PI * part)), 12);
    }
    expect(at(100)).toBeGreaterThan(0);
  });

  it('grows linearly over the warm-up and meets the schedule at its end', () => {
    const at = (step: number) => learningRateAt(step, { ...plain, name: 'cosine', warmup: 10 });
    for (const step of [1, 2, 5, 10]) expect(at(step) / 0.5).toBeCloseTo(step / 10, 12);
    expect(at(11)).toBeCloseTo(0.5, 12);
    expect(at(12)).toBeLessThan(0.5);
  });

  it('is above 0 and never above the base, whatever the schedule', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('step', 'cosine', 'constant'),
        fc.integer({ min: 1, max: 400 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (name, steps, part) => {
          const schedule = { ...plain, name, steps, warmup: Math.floor(part * steps) };
          for (let step = 1; step <= steps; step++) {
            const rate = learningRateAt(step, schedule);
            expect(rate).toBeGreaterThan(0);
            expect(rate).toBeLessThanOrEqual(0.5);
          }
        },
      ),
      { numRuns: 30 },
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
