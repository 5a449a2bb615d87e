import { describe, expect, it } from 'vitest';
import { alternate, median } from '../../bench/rounds.ts';

describe('alternate', () => {
  it('lets both run once a round, takes turns at going first, and compares medians', async () => {
    const order: string[] = [];
    const answer = (name: string, values: number[]) => () => {
      order.push(name);
      return Promise.resolve(values.shift()!);
    };
    const result = await alternate({
      bench: 'step',
      unit: 'ms',
      rounds: 3,
      ours: answer('ours', [10, 90, 12]),
      peer: answer('peer', [20, 24, 30]),
      log: () => undefined,
    });
    expect(order).toEqual(['ours', 'peer', 'peer', 'ours', 'ours', 'peer']);
    expect(result).toEqual({
      bench: 'step',
      ours: 12,
      peer: 24,
      ratio: 0.5,
      unit: 'ms',
      rounds: 3,
    });
  });

  it('has no ratio where no peer can run', async () => {
    const lines: string[] = [];
    const result = await alternate({
      bench: 'decode',
      unit: 'pictures/s',
      rounds: 2,
      ours: () => Promise.resolve(4),
      log: (line) => lines.push(line),
    });
    expect(result).toMatchObject({ ours: 4, peer: null, ratio: null });
    expect(lines).toEqual(['decode 1/2: ours 4.00 pictures/s', 'decode 2/2: ours 4.00 pictures/s']);
  });

  it('fails where a measurement fails', async () => {
    const broken = alternate({
      bench: 'x',
      unit: 'ms',
      ours: () => Promise.reject(new Error('no engine')),
      log: () => undefined,
    });
    await expect(broken).rejects.toThrow('no engine');
  });
});

describe('median', () => {
  it('is the middle of odd counts and the mean of the middle two of even ones', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });
});
