// Puts the stages of a training stream together for one run.
import type { Database } from '../../db/open.ts';
import { DISTILLED_VIEWS } from '../methods/distill-step.ts';
import { singleCached } from '../methods/single.ts';
import type { Network } from '../models/network.ts';
import { cropFromInput } from '../pose/crop-geometry.ts';
import type { Crop } from '../pose/types.ts';
import { createBatchMemory } from '../stages/batch-memory.ts';
import { measureViews, type LabelledBody, type ViewGap } from '../stages/measure-views.ts';
import { frameOf } from '../stages/pair.ts';
import { readCrops } from '../stages/read-crops.ts';
import { createSampler } from '../stages/sampler.ts';
import { digestOfSpec } from '../stages/spec-digest.ts';
import { teach, type TeachContext, type Teacher } from '../stages/teach.ts';
import { trainSteps } from '../stages/train-step.ts';
import { afterStep, isBoundary, type AfterStepContext } from './after-step.ts';
import { watchForCollapse } from './collapse-watch.ts';
import type { RunLedger } from './open-run.ts';
import type { Pacing } from './pacing.ts';
import { plans } from './plans.ts';
import type { Pool } from './pool.ts';
import type { LabelledPeople } from './read-labels.ts';
import type { TrainingHooks } from './training-hooks.ts';
import type { Started } from './start-trainer.ts';
import { createTeacherBoard } from './teacher-board.ts';
import type { TrainStream } from './train.ts';
import type { TrainingSetup } from './training-setup.ts';

export interface StreamParts {
  readonly db: Database;
  readonly ledger: RunLedger;
  readonly setup: TrainingSetup;
  readonly hooks: TrainingHooks;
  readonly started: Started;
  readonly network: Network;
  readonly labelled: LabelledPeople;
  /** The labelled people that accuracy is measured on while training. */
  readonly measured: readonly LabelledBody[];
  readonly pool: Pool;
  readonly pacing: Pacing;
  /** Steps done already. */
  readonly done: number;
  readonly read: (cropId: number) => Promise<Crop>;
  /** Takes boxes from a teacher that was published. */
  readonly onTeacher?: AfterStepContext['onTeacher'];
}

export function assembleStream(parts: StreamParts): {
  readonly stream: TrainStream;
  readonly after: AfterStepContext;
} {
  const { setup, hooks, started, pool, pacing, ledger, done, labelled } = parts;
  const { options, recipe, spec, geometry, method, usesPool } = setup;
  const { trainer } = started;
  const { skeleton, people } = labelled;
  const publishes = method.teacher === 'stored';
  // Nobody waits for a teacher that is never published.
  const age = publishes ? options.maxTeacherAge : Infinity;
  const collapse = watchForCollapse({
    db: parts.db,
    runId: ledger.runId,
    action: options.onCollapse,
    views: { easy: setup.settings.views.easy.name, hard: setup.settings.views.hard.name },
    onAlarm: hooks.onAlarm,
  });
  const drain = AbortSignal.any([hooks.drain, collapse.halt]);
  const board = createTeacherBoard(started.teacher, age, done, drain);
  const after: AfterStepContext = {
    ...options,
    db: parts.db,
    runId: ledger.runId,
    runFolder: options.run,
    count: ledger.count,
    trainer,
    board,
    card: {
      model: options.model,
      recipe: options.recipe,
      codec: options.codec,
      padding: options.padding,
      skeleton,
      second:
        method.networks === 2 ? 'network' : method.teacher === 'average' ? 'average' : undefined,
    },
    teacher: started.teacher,
    keep: [started.first, started.external].flatMap((first) => (first ? [first.digest] : [])),
    keepsNewest: setup.targetDecay > 0,
    publishes,
    collapse,
    gap: usesPool ? gapOf(parts) : undefined,
    onTeacher: parts.onTeacher,
    log: (record) => {
      ledger.log(record);
    },
  };
  const memory = createBatchMemory();
  const teachContext = teachingContext(parts);
  const stream: TrainStream = {
    credits: 3 * options.stepsPerCall,
    lanes: 2,
    stepsPerCall: options.stepsPerCall,
    board,
    pair: { ...options, ...setup, skeleton },
    batch: { ...options, ...recipe, ...setup, skeleton, memory },
    drain,
    plans: () =>
      plans({
        sampler: createSampler({
          seed: options.seed,
          labelledCount: people.length,
          labelledBatch: setup.labelledBatch,
          poolBatch: usesPool ? setup.unlabelledBatch : 0,
        }),
        logged: pool.logged(),
        done,
        steps: Math.min(options.steps, options.stopAt ?? options.steps),
        drain,
        async close(step) {
          // The pool of a step holds the boxes of the teacher that the step learns from.
          if (parts.onTeacher) await board.forStep(step);
          const generation = await pool.close(step);
          if (generation) hooks.onGeneration?.(generation.cropIds.length, step);
          return generation;
        },
      }),
    read: (plan) => readCrops(plan, people, (id) => parts.read(id)),
    teach: (loaded, teacher) =>
      teachContext
        ? teach(loaded, teacher, { ...teachContext, ...externalContext(started, teacher) })
        : Promise.resolve(loaded),
    async train(batches) {
      const records = await trainSteps(batches, trainer, hooks.abort);
      for (const { inputs } of batches) memory.giveBack(Object.values(inputs));
      pacing.tick(batches.length);
      return records;
    },
    after: (record) => afterStep(record, after),
    isBoundary: (step) => isBoundary(step, after),
    onInFlight: (steps) => hooks.onInFlight?.(steps),
  };
  return { stream, after };

  function teachingContext({ db, network }: StreamParts): TeachContext | undefined {
    if (!trainer.teach) return undefined;
    return {
      db,
      runner: trainer.teach,
      bn: options.teacherBn,
      view: options.teacherView,
      easy: setup.settings.views.easy,
      preprocessing: preprocessingOf(setup),
      codec: options.targetCodec,
      sigma: options.targetCodec === 'keypoints' ? recipe.sigma : 0,
      seed: options.seed,
      input: geometry.input,
      stride: setup.stride,
      heatmap: geometry.heatmap,
      joints: network.joints * method.networks,
      origin: spec.origin,
      cropFromInput: cropFromInput(spec),
      ...(setup.targetDecay > 0 && { ensembling: ensemblingOf(parts) }),
      count: ledger.count,
    };
  }
}

/** How targets that are taught again keep a share of earlier ones. */
function ensemblingOf({ setup, ledger, labelled: { skeleton } }: StreamParts) {
  return { runId: ledger.runId, decay: setup.targetDecay, frame: frameOf(setup), skeleton };
}

/** What changes where the teacher is another network: who runs, and that it has no batch statistics. */
function externalContext(
  { external }: Started,
  teacher: Teacher | undefined,
): Partial<TeachContext> {
  if (!external || external.digest !== teacher?.digest) return {};
  return { runner: external.runner, bn: 'running' };
}

/** Digest of everything that decides what the teacher of stored targets sees; the plain easy view goes without saying. */
function preprocessingOf({ options, spec, method, settings, targetDecay }: TrainingSetup): string {
  const { digest } = digestOfSpec(spec);
  if (method.labeller === 'distilled') return `${digest} ${DISTILLED_VIEWS.length} views`;
  const { name } = settings.views.easy;
  const isPlain = options.teacherView === 'canonical' || name === singleCached.views.easy;
  const kept = targetDecay > 0 ? ` decay ${targetDecay}` : '';
  return (isPlain ? digest : `${digest} ${name}`) + kept;
}

/** People that the accuracy on both views is measured on at most, each time. */
const MEASURED = 64;

/** Accuracy on the views of this run. Its step is traced now: that holds up the event loop. */
function gapOf({ setup, started, network, labelled, measured, read }: StreamParts) {
  const options = {
    ...setup,
    network,
    skeleton: labelled.skeleton,
    decode: setup.recipe.decode,
    batch: setup.unlabelledBatch,
    seed: setup.options.seed,
  };
  const runner = started.trainer.views(options);
  // Whoever measures is told.
  runner.catch(() => undefined);
  return async (): Promise<ViewGap> =>
    measureViews(await runner, options, measured.slice(0, MEASURED), 1, read);
}
