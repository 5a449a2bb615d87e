import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { Database } from '../../db/open.ts';
import { createGrowth } from '../../src/pipeline/grow-pool.ts';
import type { Pool, PoolCrop } from '../../src/pipeline/pool.ts';
import { openUnlabelled } from '../../src/pipeline/unlabelled-pictures.ts';
import type { Finder } from '../../src/stages/picture.ts';
import { temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { plant, size, spec } from '../support/ingestion.ts';
import { noiseJpeg } from '../support/pictures.ts';

/** Finds one person a picture, in the middle; fails when it is asked after its end, as a teacher does. */
function mortal(digest: string) {
  let isOver = false;
  const finder: Finder = {
    name: `teacher:${digest}`,
    source: 'teacher',
    async find() {
      if (isOver) throw new Error('the session is disposed');
      await sleep(20);
      return [{ x: 1, y: 1, width: 20, height: 30, score: 1 }];
    },
  };
  return { finder, end: () => (isOver = true) };
}

const seenBy = (db: Database, digest: string) =>
  db
    .prepare<number>('SELECT count(*) FROM finding WHERE finder = ?')
    .pluck()
    .get(`teacher:${digest}`);

describe('a pool that grows while its teacher changes', () => {
  it('lets those on their way in before the teacher goes, and shows those who come later to the next', async () => {
    const folder = temporaryFolder();
    const db = temporaryDatabase();
    let teacher = mortal('first');
    const unlabelled = await openUnlabelled(
      { boxes: ['teacher'], exclude: [] },
      { teacher: () => teacher.finder },
    );
    const events: (PoolCrop | string)[] = [];
    const pool = { add: (crop: PoolCrop) => events.push(crop) } as unknown as Pool;
    const since = Date.now();
    const growth = createGrowth({
      ...{ folders: [folder], unlabelled, pool, since, rescanMs: 100 },
      ingest: { db, spec },
    });
    const over = new AbortController();
    const grown = lastValueFrom(growth.grow$(over.signal), { defaultValue: undefined });
    await plant(folder, 30);
    // Thirty are on their way, four of them being looked at.
    await vi.waitFor(() => {
      expect(events.length).toBeGreaterThan(0);
    }, 10_000);
    await growth.aside(async () => {
      events.push('begin');
      teacher.end();
      teacher = mortal('second');
      writeFileSync(join(folder, 'late.jpg'), await noiseJpeg(size, 100));
      await sleep(700);
      events.push('end');
    });
    const [first, second] = ['first', 'second'].map((digest) => () => seenBy(db, digest));
    await vi.waitFor(() => {
      expect(second!()).toBe(31);
    }, 10_000);
    over.abort();
    await grown;
    const begin = events.indexOf('begin');
    expect(events.indexOf('end')).toBe(begin + 1);
    expect(first!()).toBe(begin);
    const later = events.slice(begin + 2).filter((event) => typeof event === 'object');
    expect(new Set(later.map(({ sha256 }) => sha256)).size).toBe(31);
  });
});
