import fc from 'fast-check';
import { EMPTY, from, of, range } from 'rxjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inOrder } from '../../src/pipeline/in-order.ts';
import { collect, marbles } from '../support/streams.ts';

describe('inOrder', () => {
  it('hands results on in the order of the items, each as soon as those before it are done', () => {
    marbles().run(({ cold: cold$, expectObservable, expectSubscriptions }) => {
      // Two lanes: c starts at 1, when b is done, and waits for a; d starts at 4, when c is done.
      const a$ = cold$('-----(A|)');
      const b$ = cold$('-(B|)');
      const c$ = cold$('---(C|)');
      const d$ = cold$('------(D|)');
      const source$ = cold$('(abcd|)', { a: a$, b: b$, c: c$, d: d$ });
      expectObservable(source$.pipe(inOrder((work$) => work$, 2))).toBe('-----(ABC)(D|)');
      expectSubscriptions(a$.subscriptions).toBe('^----!');
      expectSubscriptions(b$.subscriptions).toBe('^!');
      expectSubscriptions(c$.subscriptions).toBe('-^--!');
      expectSubscriptions(d$.subscriptions).toBe('----^-----!');
    });
  });

  it('completes on an empty source, and passes errors of source and work on', () => {
    marbles().run(({ cold: cold$, expectObservable }) => {
      expectObservable(cold$('--|').pipe(inOrder(() => of(1), 1))).toBe('--|');
      expectObservable(cold$('--#').pipe(inOrder(() => of(1), 1))).toBe('--#');
      expectObservable(cold$('-a-|').pipe(inOrder(() => cold$('-#'), 1))).toBe('--#');
    });
  });

  it('passes an error that the work throws at once on', async () => {
    const run = collect(
      of(1).pipe(
        inOrder((): Promise<number> => {
          throw new TypeError('a bug');
        }, 1),
      ),
    );
    await expect(run).rejects.toThrow('a bug');
  });

  it('unsubscribes from the work when nobody listens any more', () => {
    marbles().run(({ cold: cold$, expectObservable, expectSubscriptions }) => {
      const work$ = cold$('----(A|)');
      const source$ = cold$('-a---|');
      expectObservable(source$.pipe(inOrder(() => work$, 2)), '^--!').toBe('----');
      expectSubscriptions(work$.subscriptions).toBe('-^-!');
      expectSubscriptions(source$.subscriptions).toBe('^--!');
    });
  });

  it('goes on past an item without a result, and keeps several results of one together', async () => {
    const results = await collect(
      range(0, 5).pipe(inOrder((n) => (n % 2 === 1 ? EMPTY : from([n, n + 0.5])), 3)),
    );
    expect(results).toEqual([0, 0.5, 2, 2.5, 4, 4.5]);
  });

  it('keeps the order for any delays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        async (delays, lanes) => {
          let working = 0;
          let peak = 0;
          const results = await collect(
            from(delays.keys()).pipe(
              inOrder(async (index) => {
                peak = Math.max(peak, ++working);
                if (delays[index]! > 0) await sleep(delays[index]);
                working--;
                return index;
              }, lanes),
            ),
          );
          expect(results).toEqual([...delays.keys()]);
          expect(peak).toBeLessThanOrEqual(lanes);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('passes 200,000 items that are done at once', async () => {
    const results = await collect(range(0, 200_000).pipe(inOrder((n) => of(n), 2)));
    expect(results).toHaveLength(200_000);
    expect(results.at(-1)).toBe(199_999);
  });
});
