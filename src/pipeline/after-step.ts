// What is due after a step: metrics, a new teacher, a checkpoint.
import { join } from 'node:path';
import type { Database } from '../../db/open.ts';
import { retryBusy } from '../../db/retry.ts';
import { addCheckpoint, logMetrics } from '../../db/runs.ts';
import { evictSuperseded } from '../../db/targets.ts';
import type { MetricsRecord } from '../monitor/metrics-log.ts';
import { rollBackTo, saveCheckpoint } from '../stages/checkpoint.ts';
import type { ViewGap } from '../stages/measure-views.ts';
import type { Counters } from '../stages/counters.ts';
import { MODEL_FILE, saveModel } from '../stages/model-file.ts';
import { publish, type PublishContext } from '../stages/publish.ts';
import type { Teacher } from '../stages/teach.ts';
import type { StepRecord } from '../stages/train-step.ts';
import type { CollapseWatch } from './collapse-watch.ts';
import type { TeacherBoard } from './teacher-board.ts';

export interface AfterStepContext extends PublishContext {
  readonly db: Database;
  readonly board: TeacherBoard;
  readonly steps: number;
  readonly logEvery: number;
  readonly checkpointEvery: number;
  readonly publishes: boolean;
  readonly collapse: CollapseWatch;
  /** Steps between measurements of `gap`; absent for methods without views. */
  readonly monitorEvery: number;
  readonly gap?: (() => Promise<ViewGap>) | undefined;
  /** Step of the newest checkpoint that was saved in good health. */
  healthy?: number;
  teacher: Teacher | undefined;
  /** Teachers whose targets stay: the first one, so that another run can start from it. */
  readonly keep: readonly string[];
  /** The newest target of a crop stays until the crop is taught again, which takes a share of it. */
  readonly keepsNewest: boolean;
  readonly count: Counters;
  /** What another teacher is needed for before any step learns from it: boxes of the pool. */
  readonly onTeacher?: ((teacher: Teacher) => Promise<void>) | undefined;
  log(record: MetricsRecord): void;
}

export function isBoundary(step: number, context: AfterStepContext): boolean {
  const { board, steps, checkpointEvery, publishes } = context;
  const isKept = step === steps || step % checkpointEvery === 0;
  return isKept || (publishes && board.isDue(step)) || measuresGap(step, context);
}

/** Where the state of exactly this step is looked at. */
const measuresGap = (step: number, { gap, monitorEvery, steps }: AfterStepContext): boolean =>
  gap !== undefined && (step % monitorEvery === 0 || step === steps);

export async function afterStep(record: StepRecord, context: AfterStepContext): Promise<void> {
  const { db, runId, board, steps, logEvery, checkpointEvery, publishes } = context;
  const { step, ...reported } = record;
  context.collapse.observe(record);
  const gap = measuresGap(step, context) ? await context.gap?.() : undefined;
  if (step % logEvery === 0 || step === steps || step === 1 || gap) {
    const values = { ...metricsOf(reported, context.card.skeleton.joints), ...gapMetrics(gap) };
    await retryBusy(() => {
      logMetrics(db, runId, step, values);
    });
    context.log({ ...values, step });
  }
  if (publishes && board.isDue(step) && step < steps) {
    context.teacher = await publish(step, context);
    await context.onTeacher?.(context.teacher);
    board.publish(context.teacher);
  }
  if (step % checkpointEvery === 0 || step === steps) await checkpoint(step, context);
}

/** PCK@0.2 on labelled people in the teacher's view and in the student's. */
const gapMetrics = (gap: ViewGap | undefined): Record<string, number> =>
  gap ? { easyPck: gap.easy, hardPck: gap.hard } : {};

/** A number a name: the rate of background of each joint as `background.JOINT`; what the two terms of the loss weigh. */
function metricsOf(
  { jointBackground, ...values }: Omit<StepRecord, 'step'>,
  joints: readonly string[],
): Record<string, number> {
  const rates = jointBackground.map((rate, i) => [`background.${joints[i]!}`, rate] as const);
  const { weight, consistency, supervised } = values;
  return {
    ...values,
    consistencyRatio: (weight * consistency) / supervised,
    ...Object.fromEntries(rates),
  };
}

/** Saves the whole state and the model as it is now. */
export async function checkpoint(step: number, context: AfterStepContext): Promise<void> {
  const { db, runId, runFolder, trainer, card, teacher, collapse } = context;
  if (collapse.isHealthy()) context.healthy = step;
  const saved = { step, teacher, state: await trainer.state() };
  const file = await saveCheckpoint(runFolder, saved, context.healthy);
  await saveModel(join(runFolder, MODEL_FILE), { ...card, step }, await trainer.weights());
  // What resumes from this checkpoint learns from its teacher: only now may targets of earlier ones go.
  const kept = teacher ? [...context.keep, teacher.digest] : context.keep;
  const evicted = await retryBusy(() => {
    addCheckpoint(db, runId, { step, file });
    return evictSuperseded(db, { runId, keep: kept, keepsNewest: context.keepsNewest });
  });
  context.count('targets_evicted', evicted);
}

/** Puts the last healthy checkpoint in the place of everything later. @returns its step; undefined where there is none */
export async function rollBack(
  context: AfterStepContext,
  onNotice: (line: string) => void,
): Promise<number | undefined> {
  const { runFolder, trainer, card, healthy } = context;
  if (healthy === undefined) return undefined;
  const saved = await rollBackTo(runFolder, healthy, onNotice);
  if (!saved) return undefined;
  await trainer.restore(saved.state);
  const { step } = saved;
  await saveModel(join(runFolder, MODEL_FILE), { ...card, step }, await trainer.weights());
  return step;
}
