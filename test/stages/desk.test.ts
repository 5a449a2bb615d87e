import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDesk } from '../../src/stages/desk.ts';

describe('a desk', () => {
  it('seats no more than it has places, everybody once, in the order in which they came', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(4), { minLength: 1, maxLength: 20 }),
        async (places, stays) => {
          const desk = createDesk(places);
          const seated: number[] = [];
          let sitting = 0;
          let most = 0;
          await Promise.all(
            stays.map(async (turns, i) => {
              const leave = await desk.sit();
              seated.push(i);
              most = Math.max(most, ++sitting);
              for (let turn = 0; turn < turns; turn++) await Promise.resolve();
              sitting -= 1;
              leave();
              leave();
            }),
          );
          expect(seated).toEqual(stays.map((_, i) => i));
          expect(most).toBeLessThanOrEqual(places);
        },
      ),
    );
  });
});
