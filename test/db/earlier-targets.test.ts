import { describe, expect, it } from 'vitest';
import { earlierTargets } from '../../db/earlier-targets.ts';
import { addTeacher, createRun } from '../../db/runs.ts';
import { evictSuperseded } from '../../db/targets.ts';
import { addCrop, fakeDigest, temporaryDatabase } from '../support/database.ts';
import { putTargets, smallTarget, targetSet } from '../support/targets.ts';

function setUp() {
  const db = temporaryDatabase();
  const run = (directory: string) =>
    createRun(db, { directory, config: '{}', codeVersion: 'test', seed: 0 });
  const [own, other] = [run('own'), run('other')];
  const [a, b] = [addCrop(db, 1), addCrop(db, 2)];
  const teach = (runId: number, step: number, crops: readonly number[]) => {
    const teacher = fakeDigest(1000 * runId + step);
    addTeacher(db, { digest: teacher, runId, step, file: 'file' });
    putTargets(
      db,
      crops.map((cropId) => ({
        key: { ...targetSet, teacher, cropId },
        target: { ...smallTarget(1), step },
      })),
    );
    return teacher;
  };
  return { db, own, other, a, b, teach };
}

describe('earlier targets of a crop', () => {
  it('are the newest by this run from before a step, taught in the same way', () => {
    const { db, own, other, a, b, teach } = setUp();
    teach(own, 100, [a, b]);
    teach(own, 200, [a]);
    teach(own, 300, [a]);
    teach(other, 250, [a, b]);
    const keys = [a, b].map((cropId) => ({ ...targetSet, cropId }));
    const steps = (step: number) =>
      earlierTargets(db, keys, { runId: own, step }).map((target) => target?.step);
    expect(steps(300)).toEqual([200, 100]);
    expect(steps(100)).toEqual([undefined, undefined]);
    const elsewhere = keys.map((key) => ({ ...key, preprocessing: 'other' }));
    expect(earlierTargets(db, elsewhere, { runId: own, step: 300 })).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('outlive an eviction until the crop is taught again', () => {
    const { db, own, a, b, teach } = setUp();
    teach(own, 100, [a, b]);
    const now = teach(own, 200, [a]);
    expect(evictSuperseded(db, { runId: own, keep: [now], keepsNewest: true })).toBe(1);
    const left = db.prepare('SELECT crop_id, step FROM target ORDER BY crop_id').all();
    expect(left).toEqual([
      { crop_id: a, step: 200 },
      { crop_id: b, step: 100 },
    ]);
    expect(evictSuperseded(db, { runId: own, keep: [now] })).toBe(1);
  });
});
