// `train --boxes teacher` through whole runs on a real engine: whose boxes the pool holds, and when.
import { cpSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../db/open.ts';
import { admissions, findRun } from '../../db/runs.ts';
import { verifyDatabase } from '../../db/verify.ts';
import { openEngine } from '../../src/engine/choose.ts';
import { runTraining } from '../../src/pipeline/run-training.ts';
import { loadModel } from '../../src/stages/model-file.ts';
import { figureFolder, type FigureFolder } from '../support/figures.ts';
import { quietHooks } from '../support/training-hooks.ts';

const engine = await openEngine({ name: 'onnxruntime', threads: 1 });
const hooks = quietHooks(engine);

let folder: FigureFolder;
let teacher: string;

// A first teacher that has seen enough to be sure of something.
beforeAll(async () => {
  folder = await figureFolder();
  teacher = `${folder.dir}/teacher`;
  await runTraining(folder.options({ steps: 150, method: 'supervised', run: teacher }), hooks);
}, 120_000);
afterAll(() => folder[Symbol.asyncDispose]());

/** The students start as the teacher, so that they are as sure as it is. */
const following = (name: string) =>
  folder.options({
    ...{ steps: 9, stepsPerCall: 2, checkpointEvery: 2, method: 'single', regime: 'cached' },
    ...{ maxTeacherAge: 3, boxes: ['teacher'], teacher, init: [teacher], seed: 5 },
    ...{ run: `${folder.dir}/${name}`, cache: `${folder.dir}/${name}.sqlite` },
  });

/** Who looked at pictures, in order of time. */
const findings = (db: Database) =>
  db
    .prepare<{ finder: string; pictures: number }>(
      'SELECT finder, count(*) AS pictures FROM finding GROUP BY finder ORDER BY min(found_at)',
    )
    .all();

/** Boxes that teachers drew for these crops. */
const seenIn = (db: Database, cropIds: readonly number[]) =>
  db
    .prepare<unknown[]>(
      `SELECT image_id, x, y, instance.width, instance.height
       FROM crop JOIN instance ON instance.id = instance_id
       WHERE source = 'teacher' AND crop.id IN (SELECT value FROM json_each(?)) ORDER BY image_id`,
    )
    .raw()
    .all(JSON.stringify(cropIds));

const foundBy = (db: Database, finder: string) =>
  db
    .prepare<unknown[]>(
      `SELECT image_id, value ->> 0, value ->> 1, value ->> 2, value ->> 3
       FROM finding, json_each(boxes) WHERE finder = ? ORDER BY image_id`,
    )
    .raw()
    .all(finder);

describe('boxes of the teacher', { timeout: 120_000 }, () => {
  it('fill the pool, and those of each teacher that the run publishes take their place', async () => {
    const options = following('run');
    const summary = await runTraining(options, hooks);
    const db = openDatabase(options.cache);
    const logged = admissions(db, findRun(db, options.run)!.id);
    expect(logged.map(({ step, replaces }) => [step, replaces])).toEqual([
      [1, false],
      [4, true],
      [7, true],
    ]);
    expect(summary.pool).toBe(logged.at(-1)!.cropIds.length);
    const finders = findings(db).map(({ finder }) => finder);
    expect(finders).toHaveLength(3);
    expect(finders[0]).toBe(`teacher:${(await loadModel(teacher)).digest}`);
    // The eight labelled people keep their boxes; all others are where one teacher, and no other, saw them.
    const boxes = logged.map(({ cropIds }) => seenIn(db, cropIds));
    expect(boxes).toEqual(finders.map((finder) => foundBy(db, finder)));
    expect(boxes[0]!.length).toBeGreaterThan(20);
    expect(boxes[1]).not.toEqual(boxes[0]);
    expect(verifyDatabase(db).problems).toEqual([]);
    db.close();
  });

  it('are the same after a crash between two teachers, and so are the weights', async () => {
    const [whole, broken] = [following('whole'), following('broken')];
    await runTraining(whole, hooks);
    // A teacher is published after 3 and 6, the state is saved after 2, 4 and 6.
    for (const crash of [3, 5, 7]) {
      const dying = runTraining(
        { ...broken, resume: crash > 3 },
        {
          ...hooks,
          onStep({ step }) {
            if (step === crash) throw new Error('power cut');
          },
        },
      );
      await expect(dying).rejects.toThrow('power cut');
    }
    await runTraining({ ...broken, resume: true }, hooks);
    const [a, b] = [await loadModel(whole.run), await loadModel(broken.run)];
    expect(b.digest).toBe(a.digest);
    const db = openDatabase(broken.cache);
    const logged = admissions(db, findRun(db, broken.run)!.id);
    expect(logged.map(({ step, replaces }) => [step, replaces])).toEqual([
      [1, false],
      [4, true],
      [7, true],
    ]);
    db.close();
  });

  it('of pictures that arrive while teachers change are those of one teacher', async () => {
    const unlabelled = `${folder.dir}/growing`;
    const arrived = `${folder.dir}/images/unlabeled`;
    await mkdir(unlabelled);
    const options = {
      ...following('watching'),
      ...{ unlabeled: [unlabelled], watch: true, steps: 5000, maxTeacherAge: 8 },
    };
    const db = openDatabase(options.cache);
    const witnesses = () => findings(db).filter(({ pictures }) => pictures === 40);
    const drain = new AbortController();
    const summary = await runTraining(options, {
      ...hooks,
      drain: drain.signal,
      rescanMs: 200,
      onStep({ step }) {
        if (step === 1) cpSync(arrived, unlabelled, { recursive: true });
        // The second of them filled the pool before the third was due.
        if (witnesses().length >= 3) drain.abort();
      },
    });
    const logged = admissions(db, findRun(db, options.run)!.id);
    const replacing = logged.filter(({ replaces }) => replaces);
    expect(replacing.length).toBeGreaterThan(1);
    const pool = logged.slice(logged.indexOf(replacing.at(-1)!)).flatMap((one) => one.cropIds);
    expect(summary.pool).toBe(pool.length);
    const seen = witnesses().map(({ finder }) => foundBy(db, finder));
    expect(seen).toContainEqual(seenIn(db, pool));
    db.close();
  });

  it('need a first teacher, whose targets are stored', async () => {
    const options = following('refused');
    const without = runTraining({ ...options, teacher: undefined }, hooks);
    await expect(without).rejects.toThrow(/--boxes teacher: needs --regime cached and a first/);
    await expect(runTraining({ ...options, regime: 'online' }, hooks)).rejects.toThrow(
      /--boxes teacher: needs --regime cached/,
    );
  });

  it(
    'keep nobody waiting who stops while the next teacher is due',
    { timeout: 20_000 },
    async () => {
      const drain = new AbortController();
      const summary = await runTraining(following('stopped'), {
        ...hooks,
        drain: drain.signal,
        onStep({ step }) {
          if (step === 1) drain.abort();
        },
      });
      expect(summary).toMatchObject({ stopped: true, step: 2 });
    },
  );
});
