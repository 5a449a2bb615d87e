import { describe, expect, it } from 'vitest';
import { listQuarantine } from '../../db/quarantine.ts';
import { addTeacher, createRun } from '../../db/runs.ts';
import { flushUses } from '../../db/target-uses.ts';
import {
  evictSuperseded,
  getTargets,
  type StoredTarget,
  type TargetKey,
} from '../../db/targets.ts';
import type { Database } from '../../db/open.ts';
import { addCrop, fakeDigest, temporaryDatabase } from '../support/database.ts';
import { putTargets } from '../support/targets.ts';

const keyOf = (cropId: number, rest: Partial<TargetKey> = {}): TargetKey => ({
  cropId,
  teacher: fakeDigest(5),
  bn: 'batch',
  view: 'random',
  preprocessing: fakeDigest(6),
  codec: 'u8',
  sigma: 0,
  heatmap: { width: 4, height: 5 },
  joints: 3,
  ...rest,
});

function targetOf(n: number): StoredTarget {
  return {
    heatmap: Float32Array.from({ length: 5 * 4 * 3 }, (_, i) => (i === n ? 1 : -0.25)),
    shape: [5, 4, 3],
    view: [1, 0, n, 0, 1, -n],
    flip: n % 2 === 1,
    peaks: Float32Array.of(n, 1, 0),
    step: 10 * n,
  };
}

const uses = (db: Database) =>
  db
    .prepare<{ crop_id: number; times_used: number }>(
      'SELECT crop_id, times_used FROM target JOIN target_use ON target_id = target.id ORDER BY crop_id',
    )
    .all();

describe('targets', () => {
  it('come back by their key, in the order of the keys; a miss is undefined', () => {
    const db = temporaryDatabase();
    const [a, b] = [addCrop(db, 1), addCrop(db, 2)];
    putTargets(db, [
      { key: keyOf(a), target: targetOf(1) },
      { key: keyOf(b), target: targetOf(2) },
    ]);
    const [second, none, first] = getTargets(db, [keyOf(b), keyOf(77), keyOf(a)]);
    expect(none).toBeUndefined();
    expect(first).toMatchObject({ step: 10, view: [1, 0, 1, 0, 1, -1], flip: true });
    expect(second).toMatchObject({ step: 20, flip: false, shape: [5, 4, 3] });
    expect(second!.heatmap[2]).toBeCloseTo(1, 6);
    expect(second!.heatmap[3]).toBeCloseTo(-0.25, 6);
  });

  it.each([
    { teacher: fakeDigest(8) },
    { bn: 'running' },
    { view: 'canonical' },
    { preprocessing: 'other' },
    { codec: 'f16' },
    { codec: 'keypoints', sigma: 2 },
    { heatmap: { width: 5, height: 4 } },
    { joints: 4 },
  ] as const)('are missed when the key differs in %o', (rest) => {
    const db = temporaryDatabase();
    const crop = addCrop(db, 1);
    putTargets(db, [{ key: keyOf(crop), target: targetOf(1) }]);
    expect(getTargets(db, [keyOf(crop, rest)])).toEqual([undefined]);
  });

  it('are replaced under the same key, and start to count their uses anew', () => {
    const db = temporaryDatabase();
    const crop = addCrop(db, 1);
    putTargets(db, [{ key: keyOf(crop), target: targetOf(1) }]);
    getTargets(db, [keyOf(crop)]);
    flushUses(db);
    putTargets(db, [{ key: keyOf(crop), target: targetOf(3) }]);
    expect(uses(db)).toEqual([]);
    expect(getTargets(db, [keyOf(crop)])[0]!.step).toBe(30);
  });

  it('count how often they were used, without the write lock until the counts are flushed', () => {
    const db = temporaryDatabase();
    const other = temporaryDatabase(db.path);
    const [a, b] = [addCrop(db, 1), addCrop(db, 2)];
    putTargets(db, [
      { key: keyOf(a), target: targetOf(1) },
      { key: keyOf(b), target: targetOf(2) },
    ]);
    other.sql.exec('BEGIN IMMEDIATE');
    getTargets(db, [keyOf(a), keyOf(b)]);
    getTargets(db, [keyOf(a), keyOf(77)]);
    flushUses(db);
    other.sql.exec('COMMIT');
    expect(uses(db)).toEqual([]);
    flushUses(db);
    flushUses(db);
    expect(uses(db)).toEqual([
      { crop_id: a, times_used: 2 },
      { crop_id: b, times_used: 1 },
    ]);
  });

  it('have their pending uses written when the database closes', () => {
    const db = temporaryDatabase();
    const crop = addCrop(db, 1);
    putTargets(db, [{ key: keyOf(crop), target: targetOf(1) }]);
    getTargets(db, [keyOf(crop)]);
    db.close();
    expect(uses(temporaryDatabase(db.path))).toEqual([{ crop_id: crop, times_used: 1 }]);
  });

  it('that are damaged are never served: a miss, deleted, in quarantine with the reason', () => {
    const db = temporaryDatabase();
    const [a, b] = [addCrop(db, 1), addCrop(db, 2)];
    putTargets(db, [
      { key: keyOf(a), target: targetOf(1) },
      { key: keyOf(b), target: targetOf(2) },
    ]);
    const { blob } = db
      .prepare<{ blob: Buffer }>('SELECT blob FROM target WHERE crop_id = ?')
      .get(a)!;
    blob[blob.length - 10]! ^= 0x40;
    db.prepare('UPDATE target SET blob = ? WHERE crop_id = ?').run(blob, a);
    const [damaged, intact] = getTargets(db, [keyOf(a), keyOf(b)]);
    expect(damaged).toBeUndefined();
    expect(intact!.step).toBe(20);
    expect(listQuarantine(db)).toMatchObject([
      {
        stage: 'recall',
        path: expect.stringContaining(`crop ${a} `) as string,
        reason: expect.stringMatching(/checksum.*does not match/) as string,
      },
    ]);
    putTargets(db, [{ key: keyOf(a), target: targetOf(4) }]);
    expect(getTargets(db, [keyOf(a)])[0]!.step).toBe(40);
  });

  it('are stored all or none', () => {
    const db = temporaryDatabase();
    const crop = addCrop(db, 1);
    const rows = [
      { key: keyOf(crop), target: targetOf(1) },
      { key: keyOf(12345), target: targetOf(2) },
    ];
    expect(() => {
      putTargets(db, rows);
    }).toThrow(/FOREIGN KEY/);
    expect(getTargets(db, [keyOf(crop)])).toEqual([undefined]);
  });

  it('of superseded teachers of a run are evicted; those of other runs and of kept teachers stay', () => {
    const db = temporaryDatabase();
    const crop = addCrop(db, 1);
    const runId = createRun(db, { directory: '/r', config: {}, codeVersion: '1', seed: 0 });
    const [first, old, fresh] = [fakeDigest(10), fakeDigest(11), fakeDigest(12)] as const;
    addTeacher(db, { digest: first });
    addTeacher(db, { digest: old, runId, step: 250 });
    addTeacher(db, { digest: fresh, runId, step: 500 });
    putTargets(
      db,
      [first, old, fresh].map((teacher) => ({
        key: keyOf(crop, { teacher }),
        target: targetOf(1),
      })),
    );
    const has = () =>
      getTargets(
        db,
        [first, old, fresh].map((teacher) => keyOf(crop, { teacher })),
      ).map(Boolean);
    expect(evictSuperseded(db, { runId, keep: [fresh] })).toBe(1);
    expect(has()).toEqual([true, false, true]);
    expect(evictSuperseded(db, { keep: [fresh] })).toBe(1);
    expect(has()).toEqual([false, false, true]);
  });
});
