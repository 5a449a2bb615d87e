import { from } from 'rxjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { attempt } from '../../src/pipeline/attempt.ts';
import { createCredits } from '../../src/pipeline/credits.ts';
import { pull } from '../../src/pipeline/pull.ts';
import { SampleError } from '../../src/stages/sample-error.ts';
import { collect, count, iterate, marbles } from '../support/streams.ts';

const bad = (name: string) => new SampleError({ stage: 'test', path: name, reason: 'bad' });

describe('attempt', () => {
  it.each([
    ['rejects', (n: number) => (n % 3 === 0 ? Promise.reject(bad(`${n}`)) : Promise.resolve(n))],
    [
      'throws at once',
      (n: number) => {
        if (n % 3 === 0) throw bad(`${n}`);
        return n;
      },
    ],
  ])('sets aside each item for which the stage %s, and goes on', async (_, stage) => {
    const rejected: string[] = [];
    const kept = await collect(
      from([0, 1, 2, 3, 4, 5]).pipe(
        attempt(stage, {
          lanes: 2,
          onReject: ({ path }, item) => void rejected.push(`${path}=${item}`),
        }),
      ),
    );
    expect(kept).toEqual([1, 2, 4, 5]);
    expect(rejected).toEqual(['0=0', '3=3']);
  });

  it('ends the stream with any other error', async () => {
    const run = collect(
      from([1]).pipe(attempt(() => Promise.reject(new TypeError('a bug')), { lanes: 1 })),
    );
    await expect(run).rejects.toThrow(TypeError);
  });

  it('ends the stream with an error of onReject', async () => {
    const onReject = () => Promise.reject(new Error('too many'));
    const run = collect(
      from([1]).pipe(attempt(() => Promise.reject(bad('x')), { lanes: 1, onReject })),
    );
    await expect(run).rejects.toThrow('too many');
  });

  it('gives the credit of a refused item back: the stream does not stall', async () => {
    for (const seed of [1, 2, 3]) {
      const credits = createCredits(20);
      let refused = 0;
      let peak = 0;
      const refuse = (share: number) => async (n: number) => {
        peak = Math.max(peak, credits.inFlight);
        if ((n * 7919 + seed) % 2 === 0) await sleep(0);
        if ((n * 31 + seed * 7) % share === 0) throw bad(`${n}`);
        return n;
      };
      const onReject = () => {
        refused++;
      };
      let settled = 0;
      await collect(
        pull(iterate(count(1000)), credits).pipe(
          attempt(refuse(10), { lanes: 4, credits, onReject }),
          attempt(refuse(7), { lanes: 2, credits, onReject }),
          attempt(
            (n) => {
              settled++;
              credits.release();
              return n;
            },
            { lanes: 1 },
          ),
        ),
      );
      expect(refused).toBeGreaterThan(100);
      expect({ total: settled + refused, inFlight: credits.inFlight }).toEqual({
        total: 1000,
        inFlight: 0,
      });
      expect(peak).toBeLessThanOrEqual(20);
    }
  });

  it('works on as many items as it has lanes', async () => {
    let working = 0;
    let peak = 0;
    await collect(
      from([...new Array(20).keys()]).pipe(
        attempt(
          async () => {
            peak = Math.max(peak, ++working);
            await sleep(1);
            working--;
          },
          { lanes: 3 },
        ),
      ),
    );
    expect(peak).toBe(3);
    expect(() => attempt(() => 1, { lanes: 0 })).toThrow(/lanes.*>= 1/);
  });

  it('aborts the work in its lanes when nobody listens any more', async () => {
    const signals: AbortSignal[] = [];
    const stage = (_: number, signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<number>(() => undefined);
    };
    const subscription = from([1, 2, 3])
      .pipe(attempt(stage, { lanes: 2 }))
      .subscribe();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    subscription.unsubscribe();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    await sleep(1);
    expect(signals).toHaveLength(2);
  });

  it('passes completion, errors and unsubscription of its source through', () => {
    const idle$ = attempt(() => new Promise(() => undefined), { lanes: 1 });
    marbles().run(({ cold: cold$, expectObservable, expectSubscriptions }) => {
      const empty$ = cold$('--|');
      expectObservable(empty$.pipe(idle$)).toBe('--|');
      expectSubscriptions(empty$.subscriptions).toBe('^-!');
      const failing$ = cold$('---#');
      expectObservable(failing$.pipe(idle$)).toBe('---#');
      expectSubscriptions(failing$.subscriptions).toBe('^--!');
      const endless$ = cold$('-a--');
      expectObservable(endless$.pipe(idle$), '^--!').toBe('----');
      expectSubscriptions(endless$.subscriptions).toBe('^--!');
    });
  });
});
