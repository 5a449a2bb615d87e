// Checkpoints: the whole state of a session at a step, written whole or not at all; the newest two are kept.
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StateArrays } from '../engine/types.ts';
import { decodeSafetensors, safetensorsPieces } from '../models/safetensors.ts';
import type { Teacher } from './teach.ts';
import { writeFileAtomic } from './atomic-file.ts';

const KEPT = 2;

export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  readonly teacher: Teacher | undefined;
  readonly state: StateArrays;
}

/**
 * @param keep step of an older checkpoint that stays, besides the newest ones
 * @returns the file.
 */
export async function saveCheckpoint(
  runFolder: string,
  checkpoint: Checkpoint,
  keep?: number,
): Promise<string> {
  const folder = join(runFolder, 'checkpoints');
  const file = join(folder, fileName(checkpoint.step));
  const metadata = {
    step: String(checkpoint.step),
    ...(checkpoint.teacher && { teacher: JSON.stringify(checkpoint.teacher) }),
  };
  const arrays = Object.entries(checkpoint.state).map(
    ([name, { shape, data }]) => [name, { shape, pieces: [data] }] as const,
  );
  const tensors = Object.fromEntries(arrays);
  await writeFileAtomic(file, safetensorsPieces({ tensors, metadata }));
  const old = (await checkpointFiles(folder)).slice(0, -KEPT);
  const unwanted = old.filter((name) => keep === undefined || name !== fileName(keep));
  await Promise.all(unwanted.map((name) => rm(join(folder, name))));
  return file;
}

/** Makes the checkpoint of `step` the newest one: later ones go. @returns it, or undefined where it cannot be read */
export async function rollBackTo(
  runFolder: string,
  step: number,
  onDamaged: (problem: string) => void,
): Promise<Checkpoint | undefined> {
  const folder = join(runFolder, 'checkpoints');
  const later = (await checkpointFiles(folder)).filter((name) => name > fileName(step));
  await Promise.all(later.map((name) => rm(join(folder, name))));
  return loadCheckpoint(runFolder, onDamaged);
}

/** The newest checkpoint of a run that can be read; undefined where there is none. */
export async function loadCheckpoint(
  runFolder: string,
  onDamaged: (problem: string) => void,
): Promise<Checkpoint | undefined> {
  const folder = join(runFolder, 'checkpoints');
  for (const name of (await checkpointFiles(folder)).reverse()) {
    const file = join(folder, name);
    try {
      const { tensors, metadata } = decodeSafetensors(await readFile(file), file);
      const step = Number(metadata['step']);
      if (!Number.isSafeInteger(step)) throw new Error('its metadata name no step');
      const teacher = metadata['teacher'];
      return {
        step,
        teacher: teacher === undefined ? undefined : (JSON.parse(teacher) as Teacher),
        state: tensors,
      };
    } catch (error) {
      onDamaged(`${file} is damaged, going back one checkpoint: ${String(error)}`);
    }
  }
  return undefined;
}

const fileName = (step: number) => `step-${String(step).padStart(9, '0')}.safetensors`;

async function checkpointFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => /^step-\d+\.safetensors$/.test(name)).sort();
}
