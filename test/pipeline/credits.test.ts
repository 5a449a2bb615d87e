import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCredits } from '../../src/pipeline/credits.ts';

describe('credits', () => {
  it('never exceed their capacity, whatever is taken and released in whatever order', () => {
    const action = fc.oneof(
      fc.constant('take' as const),
      fc.integer({ min: -2, max: 6 }).map((release) => ({ release })),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(action), (capacity, actions) => {
        const credits = createCredits(capacity);
        let inFlight = 0;
        for (const step of actions) {
          if (step === 'take') {
            expect(credits.tryTake()).toBe(inFlight < capacity);
            inFlight = Math.min(capacity, inFlight + 1);
          } else if (step.release >= 1 && step.release <= inFlight) {
            credits.release(step.release);
            inFlight -= step.release;
          } else {
            expect(() => {
              credits.release(step.release);
            }).toThrow(RangeError);
          }
          expect(credits).toMatchObject({ inFlight, free: capacity - inFlight, capacity });
        }
      }),
    );
  });

  it('tell of every release, after it', () => {
    const credits = createCredits(3);
    const free: number[] = [];
    credits.returned$.subscribe({ next: () => free.push(credits.free), error: expect.unreachable });
    credits.tryTake();
    credits.tryTake();
    credits.release();
    credits.release();
    expect(free).toEqual([2, 3]);
  });

  it.each([0, -1, 1.5, NaN, Infinity])('refuse a capacity of %d', (capacity) => {
    expect(() => createCredits(capacity)).toThrow(/capacity.*integer >= 1/);
  });
});
