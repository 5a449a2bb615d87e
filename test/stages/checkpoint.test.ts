import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../../src/models/safetensors.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/stages/checkpoint.ts';
import { noise } from '../support/compute.ts';
import { temporaryFolder } from '../support/folder.ts';

const state = (step: number) => ({
  'net.a': { shape: [2, 3], data: noise(6, step) },
  'adam.m.a': { shape: [2, 3], data: noise(6, step + 1) },
});
const files = (folder: string) => readdirSync(join(folder, 'checkpoints')).sort();
const never = (problem: string) => {
  throw new Error(`Expected no damage, got: ${problem}`);
};

async function runWith(...steps: number[]): Promise<string> {
  const folder = temporaryFolder();
  for (const step of steps) {
    await saveCheckpoint(folder, { step, teacher: undefined, state: state(step) });
  }
  return folder;
}

describe('checkpoints', () => {
  it('give back the state, the step and the teacher', async () => {
    const folder = temporaryFolder();
    const teacher = { digest: 'ab12', step: 250 };
    const file = await saveCheckpoint(folder, { step: 300, teacher, state: state(300) });
    expect(existsSync(file)).toBe(true);
    expect(await loadCheckpoint(folder, never)).toEqual({ step: 300, teacher, state: state(300) });
  });

  it('come back without a teacher where there was none', async () => {
    expect((await loadCheckpoint(await runWith(5), never))!.teacher).toBeUndefined();
  });

  it('keep the newest two, by step and not by name', async () => {
    const folder = await runWith(9, 10, 100);
    expect(files(folder)).toEqual(['step-000000010.safetensors', 'step-000000100.safetensors']);
    expect((await loadCheckpoint(folder, never))!.step).toBe(100);
  });

  it.each([
    [
      'cut short',
      (file: string) => {
        truncateSync(file, 40);
      },
    ],
    [
      'empty',
      (file: string) => {
        writeFileSync(file, '');
      },
    ],
    [
      'of another kind',
      (file: string) => {
        writeFileSync(file, 'this is no checkpoint at all');
      },
    ],
    [
      'without a step',
      (file: string) => {
        writeFileSync(file, encodeSafetensors({ tensors: state(20), metadata: {} }));
      },
    ],
  ])('fall back to the one before with a notice when the newest is %s', async (_what, damage) => {
    const folder = await runWith(10, 20);
    const newest = join(folder, 'checkpoints', files(folder)[1]!);
    damage(newest);
    const notices: string[] = [];
    const found = await loadCheckpoint(folder, (problem) => notices.push(problem));
    expect(found).toEqual({ step: 10, teacher: undefined, state: state(10) });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(`${newest} is damaged, going back one checkpoint`);
  });

  it('are none where nothing was saved, or where all are damaged', async () => {
    expect(await loadCheckpoint(temporaryFolder(), never)).toBeUndefined();
    const folder = await runWith(10, 20);
    for (const name of files(folder)) truncateSync(join(folder, 'checkpoints', name), 9);
    const notices: string[] = [];
    expect(await loadCheckpoint(folder, (problem) => notices.push(problem))).toBeUndefined();
    expect(notices).toHaveLength(2);
  });

  it('ignore what else lies in their folder', async () => {
    const folder = await runWith(10);
    writeFileSync(join(folder, 'checkpoints', 'step-000000099.safetensors.77.tmp'), 'half');
    expect((await loadCheckpoint(folder, never))!.step).toBe(10);
    expect(readFileSync(join(folder, 'checkpoints', files(folder)[0]!)).length).toBeGreaterThan(48);
  });
});
