import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../db/open.ts';
import { retryBusy } from '../../db/retry.ts';
import { createRun, findRun } from '../../db/runs.ts';
import { temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';

const run = { directory: '/runs/a', config: {}, codeVersion: '1', seed: 1 };

describe('retryBusy', () => {
  it('waits for the lock of another connection while the event loop keeps turning', async () => {
    const path = join(temporaryFolder(), 'cache.sqlite');
    const ours = temporaryDatabase(path);
    const theirs = openDatabase(path);
    theirs.sql.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const clock = setInterval(() => turns++, 10);
    const written = retryBusy(() => createRun(ours, run));
    await sleep(300);
    expect(findRun(ours, run.directory)).toBeUndefined();
    theirs.sql.exec('COMMIT');
    theirs.close();
    expect(await written).toBe(1);
    clearInterval(clock);
    expect(turns).toBeGreaterThan(5);
  });

  it('gives up after the limit and says what to do', async () => {
    const path = join(temporaryFolder(), 'cache.sqlite');
    const ours = temporaryDatabase(path);
    const theirs = temporaryDatabase(path);
    theirs.sql.exec('BEGIN IMMEDIATE');
    await expect(retryBusy(() => createRun(ours, run), { limit: 100 })).rejects.toThrow(
      /locked by another process.*run the same command again/,
    );
  });

  it('stops waiting when its signal aborts', async () => {
    const path = join(temporaryFolder(), 'cache.sqlite');
    const ours = temporaryDatabase(path);
    const theirs = temporaryDatabase(path);
    theirs.sql.exec('BEGIN IMMEDIATE');
    const signal = AbortSignal.timeout(50);
    await expect(retryBusy(() => createRun(ours, run), { signal })).rejects.toThrow(/aborted/);
  });

  it('passes every other error on at once', async () => {
    let calls = 0;
    const work = () => {
      calls++;
      throw new TypeError('no');
    };
    await expect(retryBusy(work)).rejects.toThrow(TypeError);
    expect(calls).toBe(1);
  });
});
