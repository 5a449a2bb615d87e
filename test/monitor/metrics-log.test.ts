import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMetricsLog, readMetricsLog } from '../../src/monitor/metrics-log.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heatstream-log-'));
  file = join(folder, 'run', 'metrics.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

function write(steps: readonly number[], upToStep?: number): void {
  const log = openMetricsLog(file, upToStep === undefined ? {} : { upToStep });
  for (const step of steps) log.write({ step, loss: 1 / step });
  log.close();
}

describe('the metrics log', () => {
  it('gives back what was written, across reopenings', () => {
    write([1, 2]);
    write([3]);
    expect(readMetricsLog(file)).toEqual([
      { step: 1, loss: 1 },
      { step: 2, loss: 0.5 },
      { step: 3, loss: 1 / 3 },
    ]);
  });

  it('can be read while it is open', () => {
    const log = openMetricsLog(file);
    log.write({ step: 1, phase: 'warm', isStale: false, note: null });
    expect(readMetricsLog(file)).toEqual([{ step: 1, phase: 'warm', isStale: false, note: null }]);
    log.close();
  });

  it('keeps numbers that JSON cannot say', () => {
    const log = openMetricsLog(file);
    log.write({ step: 1, loss: Number.NaN, up: Infinity, down: -Infinity });
    log.close();
    expect(readMetricsLog(file)).toEqual([
      { step: 1, loss: Number.NaN, up: Infinity, down: -Infinity },
    ]);
  });

  it('cuts off a line that a killed process left unfinished', async () => {
    write([1, 2]);
    await appendFile(file, '{"step":3,"lo');
    expect(readMetricsLog(file)).toHaveLength(2);
    write([3]);
    expect(readMetricsLog(file).map(({ step }) => step)).toEqual([1, 2, 3]);
  });

  it('forgets steps that a resumed run repeats', () => {
    write([50, 100, 150]);
    write([150], 100);
    expect(readMetricsLog(file).map(({ step }) => step)).toEqual([50, 100, 150]);
    write([], 0);
    expect(readMetricsLog(file)).toEqual([]);
  });

  it('leaves a whole log untouched when it is opened again', async () => {
    write([1, 2]);
    const before = await readFile(file);
    write([]);
    expect(await readFile(file)).toEqual(before);
  });

  it('names the file and the line of a broken record', async () => {
    write([1]);
    await writeFile(file, '{"step":1}\nno json\n{"step":3}\n');
    expect(() => readMetricsLog(file)).toThrow(`${file}, line 2, got: no json`);
    expect(() => openMetricsLog(file)).toThrow('line 2');
  });
});
