// One training run, from options to a trained model: gathers the data, starts the engine, runs the stream, sums up.
import { openDatabase, type Database } from '../../db/open.ts';
import { UsageError } from '../config/resolve.ts';
import { createNetwork } from '../models/network.ts';
import { cropFromInput } from '../pose/crop-geometry.ts';
import { loadCheckpoint, type Checkpoint } from '../stages/checkpoint.ts';
import { probePeak } from '../stages/probe.ts';
import { createCropReader } from '../stages/recall-crop.ts';
import { checkpoint, rollBack } from './after-step.ts';
import { checkViews } from './check-views.ts';
import { assembleStream } from './assemble-stream.ts';
import { gather } from './gather.ts';
import { createGrowth } from './grow-pool.ts';
import { holdOut, type Split } from './hold-out.ts';
import { lockRun } from './lock-run.ts';
import { openRun, type RunLedger } from './open-run.ts';
import { createPacing } from './pacing.ts';
import { openPool } from './pool.ts';
import type { LabelledPeople, LabelledPerson } from './read-labels.ts';
import { runBeside } from './run-beside.ts';
import { startTrainer } from './start-trainer.ts';
import {
  isPoolOlderThan,
  lookAgain,
  openTeacherBoxes,
  teacherOf,
  type TeacherBoxes,
} from './teacher-boxes.ts';
import { train$ } from './train.ts';
import type { TrainingHooks, TrainingSummary } from './training-hooks.ts';
import { setUpTraining, type TrainingOptions, type TrainingSetup } from './training-setup.ts';

/** @throws UsageError for options that do not fit, Error for what stopped the run. */
export async function runTraining(
  options: TrainingOptions,
  hooks: TrainingHooks,
): Promise<TrainingSummary> {
  const setup = setUpTraining(options);
  const lock = await lockRun(options.run, options);
  try {
    return await trainLocked(options, setup, hooks);
  } finally {
    lock.release();
  }
}

async function trainLocked(
  options: TrainingOptions,
  setup: TrainingSetup,
  hooks: TrainingHooks,
): Promise<TrainingSummary> {
  const db = openDatabase(options.cache);
  try {
    const saved = await loadCheckpoint(options.run, hooks.onNotice);
    const { version } = hooks;
    const ledger = await openRun(db, options, { version, done: saved?.step ?? 0 });
    let boxes: TeacherBoxes | undefined;
    try {
      const engine = once(hooks.openEngine);
      boxes = options.boxes.includes('teacher')
        ? await openTeacherBoxes(teacherOf(options, saved), await engine(), options)
        : undefined;
      const own = { ...hooks, openEngine: engine };
      const summary = await trainWith(db, ledger, setup, own, saved, boxes);
      await ledger.finish(summary.stopped ? 'stopped' : 'finished');
      return summary;
    } catch (error) {
      await ledger.finish('failed');
      throw error;
    } finally {
      await boxes?.dispose();
    }
  } finally {
    db.close();
  }
}

async function trainWith(
  db: Database,
  ledger: RunLedger,
  setup: TrainingSetup,
  hooks: TrainingHooks,
  saved: Checkpoint | undefined,
  boxes: TeacherBoxes | undefined,
): Promise<TrainingSummary> {
  const { options, spec, method, usesPool, labelledBatch, unlabelledBatch } = setup;
  const done = saved?.step ?? 0;
  const pool = openPool(db, ledger.runId);
  if (boxes && isPoolOlderThan(saved?.teacher, pool)) pool.renew();
  const since = Date.now();
  let rejected = 0;
  const { labelled, unlabelled, ingest, again } = await gather(options, {
    db,
    spec,
    pool,
    signal: hooks.abort,
    count: ledger.count,
    onReject: (error) => {
      rejected += 1;
      hooks.onReject?.(error);
    },
    onPicture: () => hooks.onPicture?.(),
    teacher: boxes?.finder,
  });
  if (pool.logged().length === 0) await pool.close(1);
  if (usesPool && pool.ids().length === 0) {
    throw new Error('the pool of unlabelled pictures is empty: check --unlabeled and --boxes');
  }

  if (usesPool && pool.ids().length === labelled.people.length) {
    hooks.onNotice('no unlabelled pictures: the pool holds the labelled people only');
  }

  const { trained, measured } = peopleOf(labelled, options);
  const engine = await hooks.openEngine();
  const crops = createCropReader(db, { maxBytes: options.cropMemory * 2 ** 20 });
  const read = (id: number) => crops.read(id);
  if (!saved) {
    const { skeleton, people: bodies } = labelled;
    await checkViews({ setup, engine, skeleton, bodies, read, onNotice: hooks.onNotice });
  }
  const network = createNetwork(options.model, labelled.skeleton.joints.length);
  const started = await startTrainer({
    ...options,
    ...setup,
    engine,
    network,
    skeleton: labelled.skeleton,
    checkpoint: saved,
    onNotice: hooks.onNotice,
  });
  const { trainer } = started;
  try {
    const pacing = createPacing(hooks.now);
    const growth = options.watch
      ? createGrowth({
          ...{ folders: options.unlabeled, unlabelled, pool, ingest, since },
          rescanMs: hooks.rescanMs ?? 10_000,
        })
      : undefined;
    const { stream, after } = assembleStream({
      db,
      ledger,
      setup,
      hooks,
      started,
      network,
      labelled: { ...labelled, people: trained },
      measured,
      pool,
      pacing,
      done,
      read,
      onTeacher:
        boxes &&
        ((teacher) => {
          const look = () => lookAgain(teacher, { boxes, pool, run: options.run, again });
          return growth ? growth.aside(look) : look();
        }),
    });
    let step = done;
    await runBeside(train$(stream), growth?.grow$, (record) => {
      step = record.step;
      hooks.onStep?.(record, options.steps);
    });
    const alarm = after.collapse.alarm();
    const restored =
      alarm && options.onCollapse === 'rollback'
        ? await rollBack(after, hooks.onNotice)
        : undefined;
    if (restored !== undefined) step = restored;
    else if (step > done && step < options.steps && step % options.checkpointEvery !== 0) {
      await checkpoint(step, after);
    }

    const peak = await probePeak(pool.ids(), {
      runner: trainer.probe,
      batch: unlabelledBatch,
      seed: options.seed,
      cropFromInput: cropFromInput(spec),
      read,
    });
    const stepMs = pacing.medianMs();
    const pictures = labelledBatch + (method.consistency ? unlabelledBatch : 0);
    return {
      run: options.run,
      step,
      stopped: step < options.steps,
      labelled: labelled.people.length,
      pool: pool.ids().length,
      rejected,
      ...unlabelled.counts,
      peak,
      stepMs,
      imagesPerSecond: stepMs === undefined ? undefined : (1000 * pictures) / stepMs,
      counters: ledger.counters(),
      ...(alarm && { collapse: { ...alarm, ...(restored !== undefined && { restored }) } }),
    };
  } finally {
    await trainer.dispose();
    await started.external?.dispose();
  }
}

function peopleOf({ people }: LabelledPeople, options: TrainingOptions): Split<LabelledPerson> {
  try {
    return holdOut(people, options.holdOut, options.seed);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => (opened ??= open());
}
