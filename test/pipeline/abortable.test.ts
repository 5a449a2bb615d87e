import { getEventListeners } from 'node:events';
import { NEVER, of } from 'rxjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { abortable } from '../../src/pipeline/abortable.ts';
import { untilAborted } from '../../src/pipeline/until-aborted.ts';
import { collect } from '../support/streams.ts';

describe('abortable', () => {
  it('emits what the work gives, and completes', async () => {
    expect(await collect(abortable(() => Promise.resolve(3)))).toEqual([3]);
    expect(await collect(abortable(() => 4))).toEqual([4]);
  });

  it.each([
    ['rejects with', () => Promise.reject(new Error('no'))],
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
  ])('fails with what the work %s', async (_, work) => {
    await expect(collect(abortable(work))).rejects.toThrow('no');
  });

  it('aborts the work when nobody listens any more, and drops its late rejection', async () => {
    const unhandled: unknown[] = [];
    const listen = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', listen);
    let isOver = false;
    const subscription = abortable(async (signal) => {
      try {
        await sleep(10_000, undefined, { signal });
      } finally {
        isOver = true;
      }
    }).subscribe({ error: (error: unknown) => unhandled.push(error) });
    await sleep(1);
    subscription.unsubscribe();
    await sleep(5);
    process.off('unhandledRejection', listen);
    expect({ isOver, unhandled }).toEqual({ isOver: true, unhandled: [] });
  });

  it('starts anew for every subscription', async () => {
    let calls = 0;
    const work$ = abortable(() => ++calls);
    expect(calls).toBe(0);
    expect([await collect(work$), await collect(work$)]).toEqual([[1], [2]]);
  });
});

describe('untilAborted', () => {
  it('completes the stream when the signal aborts', async () => {
    const controller = new AbortController();
    const run = collect(NEVER.pipe(untilAborted(controller.signal)));
    controller.abort();
    expect(await run).toEqual([]);
  });

  it('completes at once under a signal that is aborted already', async () => {
    expect(await collect(of(1, 2).pipe(untilAborted(AbortSignal.abort())))).toEqual([]);
  });

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    await collect(of(1, 2).pipe(untilAborted(signal)));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('passes everything where there is no signal', async () => {
    expect(await collect(of(1, 2).pipe(untilAborted(undefined)))).toEqual([1, 2]);
  });
});
