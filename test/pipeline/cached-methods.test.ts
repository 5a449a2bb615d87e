// Methods whose teachers are stored, through whole runs on a real engine.
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../db/open.ts';
import { openEngine } from '../../src/engine/choose.ts';
import { runTraining } from '../../src/pipeline/run-training.ts';
import { loadModel } from '../../src/stages/model-file.ts';
import { figureFolder } from '../support/figures.ts';
import { quietHooks } from '../support/training-hooks.ts';

const engine = await openEngine({ name: 'onnxruntime', threads: 1 });
const hooks = quietHooks(engine);

describe('the cached regime', () => {
  it('of Dual stores both teachers’ heatmaps in one target, and goes on from its own run as first teacher', async () => {
    await using folder = await figureFolder();
    const options = folder.options({
      ...{ steps: 4, stepsPerCall: 2, method: 'dual', regime: 'cached', maxTeacherAge: 2 },
    });
    const summary = await runTraining(options, hooks);
    expect(summary.counters).toMatchObject({ teacher_forwards: 2 });
    const db = openDatabase(options.cache);
    const sets = db.prepare<{ joints: number }>('SELECT joints FROM target_set').all();
    db.close();
    expect(sets).toEqual([{ joints: 28 }]);
    expect((await loadModel(options.run)).second).toBeDefined();
    const again = folder.options({
      ...{ steps: 2, method: 'dual', regime: 'cached', maxTeacherAge: 10 },
      ...{ teacher: options.run, run: `${options.run}-again` },
    });
    expect((await runTraining(again, hooks)).counters).toMatchObject({ teacher_forwards: 2 });
  });

  it('of a mean teacher publishes and saves the average of the weights', async () => {
    await using folder = await figureFolder();
    const options = (run: string, method: 'mean-teacher' | 'single', ema: number) =>
      folder.options({
        ...{ steps: 3, stepsPerCall: 1, regime: 'cached', maxTeacherAge: 2, teacherDecay: 0.5 },
        ...{ run: `${folder.dir}/${run}`, method, ema, cache: `${folder.dir}/${run}.sqlite` },
      });
    const [mean, averaged, plain] = [
      options('mean', 'mean-teacher', 0),
      options('averaged', 'single', 0.5),
      options('plain', 'single', 0),
    ];
    const digests: string[] = [];
    for (const one of [mean, averaged, plain]) {
      await runTraining(one, hooks);
      digests.push((await loadModel(one.run)).digest);
    }
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
  });

  it('of Pi keeps a share of earlier targets: temporal ensembling', async () => {
    await using folder = await figureFolder();
    const targets = async (run: string, targetDecay?: number) => {
      const options = folder.options({
        ...{ steps: 12, stepsPerCall: 1, method: 'pi', regime: 'cached', maxTeacherAge: 4 },
        ...{ run: `${folder.dir}/${run}`, cache: `${folder.dir}/${run}.sqlite` },
        ...(targetDecay !== undefined && { targetDecay }),
        force: true,
      });
      await runTraining(options, hooks);
      const db = openDatabase(options.cache);
      const rows = db
        .prepare<{ step: number; crop_id: number; peak: number }>(
          'SELECT step, crop_id, peak FROM target ORDER BY step, crop_id',
        )
        .all();
      db.close();
      return rows;
    };
    const [kept, plain] = [await targets('ensembled'), await targets('plain', 0)];
    // The first teacher's targets are those of a run without: nothing is earlier. Later ones differ.
    const of = (rows: typeof kept, step: number) => rows.filter((row) => row.step === step);
    expect(of(kept, 8).length).toBeGreaterThan(0);
    expect(of(kept, 8)).not.toEqual(of(plain, 8));
  });
});
