import { describe, expect, it } from 'vitest';
import {
  addCheckpoint,
  addCollapseEvent,
  addTeacher,
  admissions,
  admit,
  count,
  counters,
  createRun,
  findRun,
  finishRun,
  logMetrics,
  metrics,
} from '../../db/runs.ts';
import { addCrop, fakeDigest, temporaryDatabase } from '../support/database.ts';

const run = {
  directory: '/runs/a',
  config: { steps: 10, unlabeled: ['x'] },
  codeVersion: '0.1.0',
  seed: 7,
};

describe('runs', () => {
  it('are found again by their folder, the newest first', () => {
    const db = temporaryDatabase();
    createRun(db, run);
    const id = createRun(db, { ...run, seed: 8 }, 1234);
    expect(findRun(db, '/runs/a')).toEqual({
      ...run,
      seed: 8,
      id,
      started: 1234,
      ended: null,
      status: 'running',
    });
    expect(findRun(db, '/runs/b')).toBeUndefined();
  });

  it('end with a status, and can be taken up again', () => {
    const db = temporaryDatabase();
    const id = createRun(db, run);
    finishRun(db, id, 'stopped', 99);
    expect(findRun(db, '/runs/a')).toMatchObject({ status: 'stopped', ended: 99 });
    finishRun(db, id, 'running');
    expect(findRun(db, '/runs/a')).toMatchObject({ status: 'running', ended: null });
  });

  it('log figures; a step done again replaces them, and what is not finite is null', () => {
    const db = temporaryDatabase();
    const id = createRun(db, run);
    logMetrics(db, id, 20, { loss: 0.5, peak: NaN });
    logMetrics(db, id, 10, { loss: 2 });
    logMetrics(db, id, 20, { loss: 0.25, peak: NaN });
    expect(metrics(db, id, 'loss')).toEqual([
      { step: 10, value: 2 },
      { step: 20, value: 0.25 },
    ]);
    expect(metrics(db, id, 'peak')).toEqual([{ step: 20, value: null }]);
  });

  it('admit crops in generations that keep number, step and order', () => {
    const db = temporaryDatabase();
    const id = createRun(db, run);
    const [a, b, c] = [addCrop(db, 1), addCrop(db, 2), addCrop(db, 3)];
    admit(db, id, { generation: 1, step: 0, cropIds: [c, a], replaces: false });
    admit(db, id, { generation: 2, step: 150, cropIds: [b], replaces: true });
    expect(admissions(db, id)).toEqual([
      { generation: 1, step: 0, cropIds: [c, a], replaces: false },
      { generation: 2, step: 150, cropIds: [b], replaces: true },
    ]);
  });

  it('do not change a generation that is logged, nor log half of one', () => {
    const db = temporaryDatabase();
    const id = createRun(db, run);
    const crop = addCrop(db, 1);
    admit(db, id, { generation: 1, step: 0, cropIds: [crop], replaces: false });
    expect(() => {
      admit(db, id, { generation: 1, step: 5, cropIds: [], replaces: false });
    }).toThrow(/UNIQUE/);
    expect(() => {
      admit(db, id, { generation: 2, step: 5, cropIds: [crop, 777], replaces: false });
    }).toThrow(/FOREIGN KEY/);
    expect(admissions(db, id)).toEqual([
      { generation: 1, step: 0, cropIds: [crop], replaces: false },
    ]);
  });

  it('add up what they did, each for itself', () => {
    const db = temporaryDatabase();
    const [one, two] = [createRun(db, run), createRun(db, run)];
    count(db, one, 'pictures_decoded', 3);
    count(db, one, 'pictures_decoded', 4);
    count(db, two, 'target_hits', 1);
    expect(counters(db, one)).toEqual({ pictures_decoded: 7 });
    expect(counters(db, two)).toEqual({ target_hits: 1 });
  });

  it('record checkpoints, teachers and collapses', () => {
    const db = temporaryDatabase();
    const id = createRun(db, run);
    addCheckpoint(db, id, { step: 5, file: '/runs/a/5.safetensors' });
    addCheckpoint(db, id, {
      step: 5,
      file: '/runs/a/5.safetensors',
      digest: fakeDigest(1),
      bytes: 10,
    });
    addTeacher(db, { digest: fakeDigest(2), runId: id, step: 5 });
    addTeacher(db, { digest: fakeDigest(2), file: '/t' });
    addCollapseEvent(db, id, {
      step: 6,
      signal: 'peak',
      reason: 'fell to 0.01',
      action: 'stopped',
    });
    const all = (table: string) =>
      db.prepare<Record<string, unknown>>(`SELECT * FROM ${table}`).all();
    expect(all('run_checkpoint')).toMatchObject([{ step: 5, bytes: 10 }]);
    expect(all('teacher')).toMatchObject([{ run_id: id, step: 5, file: '/t' }]);
    expect(all('collapse_event')).toMatchObject([{ step: 6, signal: 'peak', action: 'stopped' }]);
  });
});
