import fc from 'fast-check';
import { mergeMap, take, tap } from 'rxjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createCredits } from '../../src/pipeline/credits.ts';
import { pull } from '../../src/pipeline/pull.ts';
import { collect, count, iterate } from '../support/streams.ts';

describe('pull', () => {
  it('completes on an empty source, and gives its credit back', async () => {
    const credits = createCredits(2);
    expect(await collect(pull(iterate<number>([]), credits))).toEqual([]);
    expect(credits.inFlight).toBe(0);
  });

  it('asks for no more than there are credits until some come back', async () => {
    const credits = createCredits(3);
    let asked = 0;
    function* source() {
      for (;;) yield asked++;
    }
    const got: number[] = [];
    const subscription = pull(iterate(source()), credits).subscribe({
      next: (value) => got.push(value),
      error: expect.unreachable,
    });
    await sleep(5);
    expect({ got, asked }).toEqual({ got: [0, 1, 2], asked: 3 });
    credits.release(2);
    await sleep(5);
    expect({ got, asked }).toEqual({ got: [0, 1, 2, 3, 4], asked: 5 });
    subscription.unsubscribe();
  });

  it('passes 200,000 values that are there at once without growing the stack', async () => {
    const credits = createCredits(4);
    let sum = 0;
    await collect(
      pull(iterate(count(200_000)), credits).pipe(
        tap((value) => {
          sum += value;
          credits.release();
        }),
      ),
    );
    expect(sum).toBe((200_000 * 199_999) / 2);
    expect(credits.inFlight).toBe(0);
  });

  it('passes an error of the source on', async () => {
    const got: number[] = [];
    const run = collect(
      pull(iterate([1], new Error('the disk is gone')), createCredits(5)).pipe(
        tap((value) => got.push(value)),
      ),
    );
    await expect(run).rejects.toThrow('the disk is gone');
    expect(got).toEqual([1]);
  });

  it('lets the source clean up when nobody listens any more, and listens to no credits any more', async () => {
    const credits = createCredits(1);
    let isClean = false;
    async function* source() {
      try {
        yield* iterate(count());
      } finally {
        isClean = true;
      }
    }
    const got = await collect(
      pull(source(), credits).pipe(
        tap(() =>
          setTimeout(() => {
            credits.release();
          }, 1),
        ),
        take(3),
      ),
    );
    await sleep(5);
    expect({ got, isClean }).toEqual({ got: [0, 1, 2], isClean: true });
  });

  it('reports a failing clean-up', async () => {
    const reported: unknown[] = [];
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false, value: 1 } as const),
        return: () => Promise.reject(new Error('cannot close')),
      }),
    };
    await collect(pull(source, createCredits(1), (error) => reported.push(error)).pipe(take(1)));
    await sleep(1);
    expect(reported).toEqual([new Error('cannot close')]);
  });

  it('keeps in flight at most its credits and comes to an end, whatever is slow and whatever is dropped', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.record({ delay: fc.integer({ min: 0, max: 2 }), isDropped: fc.boolean() }), {
          maxLength: 25,
        }),
        async (capacity, items) => {
          const credits = createCredits(capacity);
          let peak = 0;
          let working = 0;
          const results = await collect(
            pull(iterate(items.keys()), credits).pipe(
              mergeMap(async (index) => {
                peak = Math.max(peak, ++working);
                const { delay, isDropped } = items[index]!;
                if (delay > 0) await sleep(delay);
                working--;
                credits.release();
                return isDropped ? [] : [index];
              }),
              mergeMap((kept) => kept),
            ),
          );
          expect(results.sort((a, b) => a - b)).toEqual(
            items.flatMap(({ isDropped }, index) => (isDropped ? [] : [index])),
          );
          expect(peak).toBeLessThanOrEqual(capacity);
          expect(credits.inFlight).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });
});
