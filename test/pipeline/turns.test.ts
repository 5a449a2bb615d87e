import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createTurns } from '../../src/pipeline/turns.ts';

describe('turns of the event loop', () => {
  it('lets other work run between two pieces, whoever asked for them', async () => {
    const turns = createTurns();
    const events: string[] = [];
    const beside = (count: number) => {
      if (count === 0) return;
      events.push('other work');
      setImmediate(() => {
        beside(count - 1);
      });
    };
    setImmediate(() => {
      beside(3);
    });
    await Promise.all([
      turns.take(() => events.push('first')),
      turns.take(() => events.push('second')),
    ]);
    expect(events.indexOf('second') - events.indexOf('first')).toBeGreaterThan(1);
  });

  it('does the parts of a piece in order, a turn each, and returns what they return', async () => {
    const turns = createTurns();
    const events: string[] = [];
    function* parts(): Generator<undefined, string> {
      events.push('one');
      yield;
      events.push('two');
      return 'done';
    }
    const whole = turns.takeAll(parts());
    const beside = turns.take(() => events.push('beside'));
    expect(events).toEqual([]);
    expect(await whole).toBe('done');
    await beside;
    expect(events).toEqual(['one', 'beside', 'two']);
  });

  it('tells a failure to who asked for the work, and goes on with the rest', async () => {
    const turns = createTurns();
    const failing = turns.take(() => {
      throw new Error('no such crop');
    });
    const next = turns.take(() => 'still here');
    await expect(failing).rejects.toThrow('no such crop');
    expect(await next).toBe('still here');
  });

  it('rests after a piece for as long as it took, unless somebody waits for the next', async () => {
    const piece = () => {
      const start = performance.now();
      while (performance.now() < start + 300);
    };
    const whichFirst = async (isHurried: boolean) => {
      const turns = createTurns(() => isHurried);
      await turns.take(piece);
      return Promise.race([turns.take(() => 'the next piece'), sleep(150, 'a timer of 150 ms')]);
    };
    expect(await whichFirst(true)).toBe('the next piece');
    expect(await whichFirst(false)).toBe('a timer of 150 ms');
  });
});
