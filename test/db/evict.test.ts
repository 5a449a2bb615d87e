import { describe, expect, it } from 'vitest';
import { cacheStats } from '../../db/cache-stats.ts';
import { evictTargets } from '../../db/evict.ts';
import type { Database } from '../../db/open.ts';
import { provenanceOf } from '../../db/provenance.ts';
import { addTeacher, createRun } from '../../db/runs.ts';
import { flushUses } from '../../db/target-uses.ts';
import { getTargets } from '../../db/targets.ts';
import { addCrop, fakeDigest, temporaryDatabase } from '../support/database.ts';
import { putTargets, smallTarget, targetSet } from '../support/targets.ts';

const [early, late, outside] = [fakeDigest(21), fakeDigest(22), fakeDigest(23)] as const;
const keyOf = (cropId: number, teacher: string) => ({ ...targetSet, cropId, teacher });

/** Two crops taught by two teachers of one run, the first also by a teacher from outside. */
function setUp() {
  const db = temporaryDatabase();
  const runId = createRun(db, { directory: '/r', config: {}, codeVersion: '1', seed: 0 });
  addTeacher(db, { digest: early, runId, step: 100 });
  addTeacher(db, { digest: late, runId, step: 200 });
  addTeacher(db, { digest: outside, file: '/m.safetensors', step: 900 });
  const crops = [addCrop(db, 1), addCrop(db, 2)] as const;
  const put = (cropId: number, teacher: string, now: number) => {
    putTargets(db, [{ key: keyOf(cropId, teacher), target: smallTarget(1) }], now);
  };
  put(crops[0], outside, 1);
  put(crops[0], early, 2);
  put(crops[0], late, 3);
  put(crops[1], early, 4);
  return { db, crops };
}

/** All of them are equally large. */
function bytesOfOne(db: Database): number {
  const { bytes, count } = cacheStats(db).targets[0]!;
  return bytes / count;
}

const left = (db: Database) =>
  db
    .prepare<string>(
      `SELECT digest || ' ' || crop_id FROM target JOIN target_set ON target_set.id = set_id
       JOIN teacher ON teacher.id = teacher_id ORDER BY taught_at`,
    )
    .pluck()
    .all();

describe('eviction', () => {
  it('takes superseded targets alone: those whose crop has one by a later teacher of the run', () => {
    const { db, crops } = setUp();
    const one = bytesOfOne(db);
    expect(evictTargets(db, { superseded: true, isDryRun: true }).targets).toBe(1);
    expect(evictTargets(db, { superseded: true })).toEqual({ targets: 1, bytes: one });
    expect(left(db)).toEqual([
      `${outside} ${crops[0]}`,
      `${late} ${crops[0]}`,
      `${early} ${crops[1]}`,
    ]);
  });

  it('to a size takes superseded ones first, then those not used for longest', () => {
    const { db, crops } = setUp();
    getTargets(db, [keyOf(crops[0], outside)]);
    flushUses(db, 50);
    const one = bytesOfOne(db);
    evictTargets(db, { superseded: false, maxBytes: 3 * one });
    expect(left(db)).not.toContain(`${early} ${crops[0]}`);
    evictTargets(db, { superseded: false, maxBytes: 2 * one + 1 });
    expect(left(db)).toEqual([`${outside} ${crops[0]}`, `${early} ${crops[1]}`]);
    evictTargets(db, { superseded: false, maxBytes: 0 });
    expect(left(db)).toEqual([]);
  });

  it('of nothing leaves everything', () => {
    const { db } = setUp();
    expect(evictTargets(db, { superseded: false })).toEqual({ targets: 0, bytes: 0 });
  });
});

describe('the provenance of a picture', () => {
  it('names every target: teacher, step, view, peaks, uses, and what superseded it', () => {
    const { db, crops } = setUp();
    getTargets(db, [keyOf(crops[0], late), keyOf(crops[0], late)]);
    flushUses(db, 70);
    const imageId = db
      .prepare<number>(
        'SELECT image_id FROM instance JOIN crop ON instance_id = instance.id WHERE crop.id = ?',
      )
      .pluck()
      .get(crops[0])!;
    const [person] = provenanceOf(db, imageId);
    expect(person).toMatchObject({
      ...{ cropId: crops[0], source: 'given', madeBy: '', box: { x: 1, y: 2 } },
    });
    const [newest, old, foreign] = person!.targets;
    expect(newest).toMatchObject({
      ...{ teacher: late, run: '/r', step: 10, bn: 'running', viewMode: 'canonical', codec: 'u8' },
      ...{ taughtAt: 3, timesUsed: 2, lastUsed: 70, peaks: [1, 1, 0], supersededBy: null },
    });
    expect(old).toMatchObject({ teacher: early, timesUsed: 0, supersededBy: newest!.id });
    expect(foreign).toMatchObject({ run: null, file: '/m.safetensors', supersededBy: null });
  });
});
