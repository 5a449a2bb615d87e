import { describe, expect, it } from 'vitest';
import { count, counters } from '../../db/counters.ts';
import { admissions, createRun } from '../../db/runs.ts';
import { openPool } from '../../src/pipeline/pool.ts';
import { addCrop, fakeDigest, temporaryDatabase } from '../support/database.ts';

function setUp() {
  const db = temporaryDatabase();
  const runId = createRun(db, { directory: '/r', config: {}, codeVersion: '1', seed: 0 });
  const cropId = addCrop(db, 1);
  const other = temporaryDatabase(db.path);
  other.sql.exec('BEGIN IMMEDIATE');
  return { db, runId, cropId, other };
}

describe('a run on a database that another process is writing to', () => {
  it('keeps its counts until the lock is free', () => {
    const { db, runId, other } = setUp();
    count(db, runId, 'target_hits', 2);
    count(db, runId, 'target_hits', 3);
    expect(counters(db, runId)).toEqual({ target_hits: 5 });
    other.sql.exec('COMMIT');
    count(db, runId, 'target_misses', 1);
    expect(counters(other, runId)).toEqual({ target_hits: 5, target_misses: 1 });
  });

  it('closes a generation when the lock is free, and takes new pictures meanwhile', async () => {
    const { db, runId, cropId, other } = setUp();
    const pool = openPool(db, runId);
    const box = { x: 0, y: 0, width: 4, height: 4 };
    pool.add({ cropId, imageId: 1, sha256: fakeDigest(1), box });
    const closing = pool.close(1);
    pool.add({ cropId: cropId + 1, imageId: 2, sha256: fakeDigest(2), box });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(admissions(other, runId)).toEqual([]);
    other.sql.exec('COMMIT');
    expect(await closing).toEqual({ number: 1, step: 1, cropIds: [cropId], replaces: false });
    expect(admissions(other, runId)).toEqual([
      { generation: 1, step: 1, cropIds: [cropId], replaces: false },
    ]);
  });
});
