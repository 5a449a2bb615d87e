import { readFileSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../db/open.ts';
import { admissions, findRun } from '../../db/runs.ts';
import type { Inputs } from '../../src/engine/types.ts';
import { loadCheckpoint } from '../../src/stages/checkpoint.ts';
import { loadModel } from '../../src/stages/model-file.ts';
import { runTraining } from '../../src/pipeline/run-training.ts';
import type { TrainingHooks } from '../../src/pipeline/training-hooks.ts';
import { fakeEngine, type FakeEngineOptions } from '../support/fake-engine.ts';
import { figureFolder } from '../support/figures.ts';
import { quietHooks } from '../support/training-hooks.ts';

function hooks(engine: FakeEngineOptions, more: Partial<TrainingHooks> = {}): TrainingHooks {
  return { ...quietHooks(fakeEngine(engine)), ...more };
}

/** Whether a batch of the pool holds a crop of pure green: the picture that a test drops in. */
function holdsGreen({ poolCrops }: Inputs): boolean {
  const size = 96 * 96 * 3;
  const crops = poolCrops!.length / size;
  return Array.from({ length: crops }, (_, i) => i * size + (48 * 96 + 48) * 3).some((at) => {
    return poolCrops![at]! < 20 && poolCrops![at + 1]! > 230 && poolCrops![at + 2]! < 20;
  });
}

describe('a training run', () => {
  it('never has more steps in flight than its credits', async () => {
    await using folder = await figureFolder();
    const seen: number[] = [];
    await runTraining(
      folder.options({ steps: 60, stepsPerCall: 4 }),
      hooks({ callMs: 5 }, { onInFlight: (steps) => seen.push(steps) }),
    );
    expect(seen.length).toBeGreaterThan(10);
    expect(Math.max(...seen)).toBeLessThanOrEqual(12);
  });

  it('takes a picture that is dropped into a watched folder while it trains into a batch', async () => {
    await using folder = await figureFolder();
    const green = await sharp({
      create: { width: 120, height: 90, channels: 3, background: { r: 0, g: 255, b: 0 } },
    })
      .jpeg()
      .toBuffer();
    const drain = new AbortController();
    let calls = 0;
    let found = false;
    const generations: number[] = [];
    const summary = await runTraining(
      folder.options({ steps: 5000, watch: true, stepsPerCall: 2, checkpointEvery: 10_000 }),
      hooks(
        {
          callMs: 20,
          async onTrain(batches) {
            calls += 1;
            if (calls === 3)
              await sharp(green).toFile(join(folder.dir, 'images/unlabeled/green.jpg'));
            if (batches.some(holdsGreen)) {
              found = true;
              drain.abort();
            }
          },
        },
        { drain: drain.signal, rescanMs: 500, onGeneration: (_, step) => generations.push(step) },
      ),
    );
    expect(found).toBe(true);
    expect(summary.stopped).toBe(true);
    const db = openDatabase(folder.options().cache);
    const logged = admissions(db, findRun(db, join(folder.dir, 'run'))!.id);
    db.close();
    expect(logged.map(({ step }) => step)).toEqual([1, ...generations]);
    expect(logged.at(-1)!.cropIds).toHaveLength(1);
  });

  it('counts each person once, whatever list names them', async () => {
    await using folder = await figureFolder({ labelled: 8, unlabelled: 8 });
    const copies = join(folder.dir, 'images/unlabeled/copies');
    await mkdir(copies);
    const [first] = await readdir(join(folder.dir, 'images/unlabeled'));
    await copyFile(join(folder.dir, 'images/unlabeled', first!), join(copies, 'same.jpg'));
    const summary = await runTraining(folder.options({ steps: 2 }), hooks({}));
    expect(summary.pool).toBe(16);
  });

  it('stops at a signal with a checkpoint and goes on with the same batches', async () => {
    await using folder = await figureFolder();
    const record = (into: string[]) => (batches: readonly Inputs[]) => {
      for (const { poolCrops, hardViews } of batches) {
        into.push(`${Buffer.from(poolCrops!.slice(0, 300)).toString('hex')} ${hardViews!.join()}`);
      }
    };
    const whole: string[] = [];
    await runTraining(
      folder.options({ steps: 30, stepsPerCall: 3, run: join(folder.dir, 'whole') }),
      hooks({ onTrain: record(whole) }),
    );
    const parts: string[] = [];
    const drain = new AbortController();
    const options = folder.options({ steps: 30, stepsPerCall: 3, checkpointEvery: 7 });
    const first = await runTraining(
      options,
      hooks(
        { onTrain: record(parts) },
        {
          drain: drain.signal,
          onStep: ({ step }) => {
            if (step === 11) drain.abort();
          },
        },
      ),
    );
    expect(first.stopped).toBe(true);
    const second = await runTraining(
      { ...options, resume: true },
      hooks({ onTrain: record(parts) }),
    );
    expect(second.step).toBe(30);
    expect(parts).toEqual(whole);
  });

  it('stops at a signal between two calls, when the steps ahead have taken every credit', async () => {
    await using folder = await figureFolder();
    const drain = new AbortController();
    const taken: number[] = [];
    // The others take their credits while a checkpoint is written.
    const summary = await runTraining(
      folder.options({ steps: 5000, stepsPerCall: 2, checkpointEvery: 2 }),
      hooks(
        {},
        {
          drain: drain.signal,
          onInFlight: (steps) => taken.push(steps),
          onStep: ({ step }) => {
            if (step === 10) drain.abort();
          },
        },
      ),
    );
    expect(taken.at(-1)).toBe(6);
    expect(summary).toMatchObject({ step: 10, stopped: true });
  });

  it('stops where it is told to, and goes on to the same end', async () => {
    await using folder = await figureFolder();
    const seen = (steps: number[]) => hooks({}, { onStep: ({ step }) => steps.push(step) });
    const [first, second]: [number[], number[]] = [[], []];
    const options = folder.options({ steps: 12, stepsPerCall: 3 });
    const part = await runTraining({ ...options, stopAt: 7 }, seen(first));
    expect(part).toMatchObject({ step: 7, stopped: true });
    const rest = await runTraining({ ...options, resume: true }, seen(second));
    expect(rest).toMatchObject({ step: 12, stopped: false });
    expect([...first, ...second]).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });

  it('does not wait for teachers that an online method never publishes', async () => {
    await using folder = await figureFolder();
    const summary = await runTraining(folder.options({ steps: 12, maxTeacherAge: 4 }), hooks({}));
    expect(summary.step).toBe(12);
  });

  it.each(['stop', 'rollback', 'warn'] as const)(
    'sees its heatmaps go flat: one alarm, then %s',
    async (onCollapse) => {
      await using folder = await figureFolder();
      const alarms: string[] = [];
      const options = folder.options({ steps: 200, checkpointEvery: 10, onCollapse });
      const summary = await runTraining(
        options,
        hooks(
          { peak: (step) => (step <= 65 ? 0.5 : Math.max(0.02, 0.5 - (step - 65) / 60)) },
          { onAlarm: (line) => alarms.push(line) },
        ),
      );
      expect(alarms).toHaveLength(1);
      expect(alarms[0]).toMatch(/^collapse: step \d+, unlabelled peak: [^\n]+$/);
      const { step, since, restored } = summary.collapse!;
      expect(step).toBeGreaterThan(65);
      expect(step).toBeLessThan(110);
      expect(Math.abs(since - 65)).toBeLessThan(20);
      const model = await loadModel(options.run);
      if (onCollapse === 'warn') expect(summary.step).toBe(200);
      else expect(summary.step).toBeLessThan(120);
      if (onCollapse === 'rollback') {
        expect(restored).toBeGreaterThanOrEqual(60);
        expect(restored).toBeLessThanOrEqual(80);
        expect(summary.step).toBe(restored);
        expect((await loadCheckpoint(options.run, () => undefined))?.step).toBe(restored);
      } else expect(restored).toBeUndefined();
      expect(model.card.step).toBe(summary.step);
    },
  );

  it('refuses to start over in the folder of a run, and to go on with other options', async () => {
    await using folder = await figureFolder();
    await runTraining(folder.options({ steps: 2 }), hooks({}));
    await expect(runTraining(folder.options({ steps: 2 }), hooks({}))).rejects.toThrow(/--resume/);
    await expect(
      runTraining(folder.options({ steps: 4, seed: 9, resume: true }), hooks({})),
    ).rejects.toThrow(/seed: 0 → 9/);
  });

  it('refuses a second process in the folder while it trains, with and without --resume', async () => {
    await using folder = await figureFolder();
    const refusals: string[] = [];
    const second = async (resume: boolean) => {
      const message = await runTraining(folder.options({ steps: 4, resume }), hooks({})).then(
        () => 'trained',
        (error: unknown) => (error as Error).message,
      );
      refusals.push(message);
    };
    const onTrain = async () => {
      if (refusals.length > 0) return;
      await second(false);
      await second(true);
    };
    await runTraining(folder.options({ steps: 2 }), hooks({ onTrain }));
    expect(refusals).toEqual([
      expect.stringMatching(/being trained by another process: .+ name another --run/) as unknown,
      expect.stringMatching(/being trained by another process/) as unknown,
    ]);
    expect((await runTraining(folder.options({ steps: 4, resume: true }), hooks({}))).step).toBe(4);
  });

  it('goes on with a run that is older than an option, as long as it has its default', async () => {
    await using folder = await figureFolder();
    await runTraining(folder.options({ steps: 2 }), hooks({}));
    const file = join(folder.options({}).run, 'config.json');
    const { clipNorm, ...older } = JSON.parse(readFileSync(file, 'utf8')) as Record<
      string,
      unknown
    >;
    expect(clipNorm).toBe(0);
    writeFileSync(file, JSON.stringify(older));
    const resumed = folder.options({ steps: 4, resume: true });
    await expect(runTraining({ ...resumed, clipNorm: 1 }, hooks({}))).rejects.toThrow(
      /clipNorm: 0 → 1/,
    );
    expect((await runTraining(resumed, hooks({}))).step).toBe(4);
  });
});
