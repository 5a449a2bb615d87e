// What is due after a step: metrics, a new teacher, a checkpoint.
import { join } from 'node:path';
import type { Database } from '../../db/open.ts';
import { retryBusy } from '../../db/retry.ts';
import { addCheckpoint, logMetrics } from '../../db/runs.ts';
import type { MetricsRecord } from '../monitor/metrics-log.ts';
import { saveCheckpoint } from '../stages/checkpoint.ts';
import { MODEL_FILE, saveModel } from '../stages/model-file.ts';
import { publish, type PublishContext } from '../stages/publish.ts';
import type { Teacher } from '../stages/teach.ts';
import type { StepRecord } from '../stages/train-step.ts';
import type { TeacherBoard } from './teacher-board.ts';

export interface AfterStepContext extends PublishContext {
  readonly db: Database;
  readonly board: TeacherBoard;
  readonly steps: number;
  readonly logEvery: number;
  readonly checkpointEvery: number;
  readonly publishes: boolean;
  teacher: Teacher | undefined;
  log(record: MetricsRecord): void;
}

export function isBoundary(
  step: number,
  { board, steps, checkpointEvery, publishes }: AfterStepContext,
): boolean {
  return step === steps || step % checkpointEvery === 0 || (publishes && board.isDue(step));
}

export async function afterStep(record: StepRecord, context: AfterStepContext): Promise<void> {
  const { db, runId, board, steps, logEvery, checkpointEvery, publishes } = context;
  const { step, ...reported } = record;
  if (step % logEvery === 0 || step === steps || step === 1) {
    const values = metricsOf(reported, context.card.skeleton.joints);
    await retryBusy(() => {
      logMetrics(db, runId, step, values);
    });
    context.log({ ...values, step });
  }
  if (publishes && board.isDue(step) && step < steps) {
    context.teacher = await publish(step, context);
    board.publish(context.teacher);
  }
  if (step % checkpointEvery === 0 || step === steps) await checkpoint(step, context);
}

/** A number a name: the rate of background of each joint as `background.JOINT`. */
function metricsOf(
  { jointBackground, ...values }: Omit<StepRecord, 'step'>,
  joints: readonly string[],
): Record<string, number> {
  const rates = jointBackground.map((rate, i) => [`background.${joints[i]!}`, rate] as const);
  return { ...values, ...Object.fromEntries(rates) };
}

/** Saves the whole state and the model as it is now. */
export async function checkpoint(step: number, context: AfterStepContext): Promise<void> {
  const { db, runId, runFolder, trainer, card, teacher } = context;
  const file = await saveCheckpoint(runFolder, { step, teacher, state: await trainer.state() });
  await saveModel(join(runFolder, MODEL_FILE), { ...card, step }, await trainer.weights());
  await retryBusy(() => {
    addCheckpoint(db, runId, { step, file });
  });
}
