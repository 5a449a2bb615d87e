import { describe, expect, it } from 'vitest';
import { durationText } from '../../src/monitor/duration.ts';
import { createProgress, type ProgressOptions } from '../../src/monitor/progress.ts';

function start(options: Partial<ProgressOptions> & { isTTY?: boolean; columns?: number } = {}) {
  const { isTTY = false, columns = 80, ...rest } = options;
  const writes: string[] = [];
  const time = { now: 5000 };
  const progress = createProgress({
    label: 'train',
    total: 100,
    clock: () => time.now,
    stream: { isTTY, columns, write: (text: string) => writes.push(text) },
    ...rest,
  });
  return { progress, writes, time };
}

describe('progress where the stream is no terminal', () => {
  it('prints a plain line every so often with rate and time left', () => {
    const { progress, writes, time } = start({ plainEvery: 1000 });
    for (let step = 1; step <= 25; step++) {
      time.now += 100;
      progress.update(step);
    }
    expect(writes).toEqual([
      'train: 10/100 steps · 10 % · 10/s · 9s left\n',
      'train: 20/100 steps · 20 % · 10/s · 8s left\n',
    ]);
  });

  it('ends with the last state once, and is silent afterwards', () => {
    const { progress, writes, time } = start();
    time.now += 4000;
    progress.update(100, 'loss 0.001');
    progress.finish();
    progress.finish();
    progress.update(100);
    expect(writes).toEqual(['train: 100/100 steps · 100 % · 25/s · took 4s · loss 0.001\n']);
  });

  it('counts the rate from where a resumed run began', () => {
    const { progress, writes, time } = start({ done: 50, plainEvery: 1000 });
    time.now += 1000;
    progress.update(60);
    expect(writes).toEqual(['train: 60/100 steps · 60 % · 10/s · 4s left\n']);
  });

  it('shows neither percentage nor time left without a total', () => {
    const writes: string[] = [];
    let now = 0;
    const progress = createProgress({
      label: 'ingest',
      unit: 'pictures',
      clock: () => now,
      stream: { write: (text) => writes.push(text) },
      plainEvery: 100,
    });
    now = 100;
    progress.update(30);
    expect(writes).toEqual(['ingest: 30 pictures · 300/s\n']);
  });
});

describe('progress on a terminal', () => {
  it('redraws one line at most ten times a second and never wider than the terminal', () => {
    const { progress, writes, time } = start({ isTTY: true, columns: 30 });
    for (let step = 1; step <= 100; step++) {
      time.now += 10;
      progress.update(step);
    }
    progress.finish();
    expect(writes.length).toBeLessThanOrEqual(12);
    for (const text of writes.slice(0, -1)) {
      expect(text.startsWith('\r')).toBe(true);
      expect(text.replaceAll('\r', '').replaceAll('\x1b[K', '').length).toBeLessThan(30);
    }
    expect(writes.at(-1)).toBe('\n');
  });

  it('keeps a note on a line of its own and draws the progress again below it', () => {
    const { progress, writes, time } = start({ isTTY: true });
    time.now += 200;
    progress.update(1);
    progress.note('collapse: mean peak 0.01');
    expect(writes[1]).toBe('\r\x1b[Kcollapse: mean peak 0.01\n');
    expect(writes[2]).toContain('train: 1/100 steps');
  });

  it('follows the rate of the last seconds, not of the whole run', () => {
    const { progress, writes, time } = start({ isTTY: true, total: 10_000 });
    for (let second = 1; second <= 60; second++) {
      time.now += 1000;
      progress.update(second <= 30 ? second : 30 + (second - 30) * 50);
    }
    expect(writes.at(-1)).toContain('50/s');
  });
});

describe('durationText', () => {
  it('says seconds, minutes and hours without a sixtieth', () => {
    expect([0, 59_400, 59_600, 185_000, 3_599_600, 7_620_000].map(durationText)).toEqual([
      '0s',
      '59s',
      '1m 00s',
      '3m 05s',
      '1h 00m',
      '2h 07m',
    ]);
  });
});
