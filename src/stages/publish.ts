// Publishes the network in training as the new teacher: file, database row, engine state.
import { join } from 'node:path';
import type { Database } from '../../db/open.ts';
import { retryBusy } from '../../db/retry.ts';
import { addTeacher } from '../../db/runs.ts';
import { digestOf, saveModel, type ModelCard } from './model-file.ts';
import type { Teacher } from './teach.ts';
import type { Trainer } from './trainer.ts';

export interface PublishContext {
  readonly db: Database;
  readonly runId: number;
  readonly runFolder: string;
  readonly trainer: Trainer;
  readonly card: Omit<ModelCard, 'step'>;
}

/** Where a run keeps the teachers that it publishes. */
export const teacherFile = (runFolder: string, digest: string): string =>
  join(runFolder, 'teachers', `${digest.slice(0, 16)}.safetensors`);

export async function publish(step: number, context: PublishContext): Promise<Teacher> {
  const { db, runId, runFolder, trainer, card } = context;
  const weights = await trainer.weights();
  const digest = await digestOf(weights);
  const file = teacherFile(runFolder, digest);
  await saveModel(file, { ...card, step }, weights);
  await retryBusy(() => {
    addTeacher(db, { digest, runId, step, file });
  });
  await trainer.setTeacher(weights);
  return { digest, step };
}
