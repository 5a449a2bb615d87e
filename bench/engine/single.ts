// The whole Single step of `tiny`, 32 labelled and 32 unlabelled pictures with their views and the teacher's pass, beside calib.py.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../src/engine/types.ts';
import { alternate, type BenchResult, median } from '../rounds.ts';
import { calibStepMs, peerFigures } from '../calib.ts';
import { hasPeer } from '../peer.ts';
import { rounds, stepsPerCall, threads } from './settings.ts';
import { openSingle } from './single-step.ts';

/** Steps in one measurement of either program. */
const STEPS = 100;

export async function single(engine: Engine): Promise<BenchResult> {
  const steps = Number(stepsPerCall ?? 10);
  const session = await openSingle(engine);
  const folder = await mkdtemp(join(tmpdir(), 'heatstream-bench-'));
  try {
    for (let i = 0; i < 3; i++) await session.run(steps); // memory is touched for the first time
    const ours = async () => {
      const taken: number[] = [];
      while (taken.length * steps < STEPS) taken.push(await session.run(steps));
      return median(taken);
    };
    return await alternate({
      bench: `engine Single step tiny, ${engine.device}`,
      ...{ unit: 'ms', rounds, ours, peer: await peerIn(folder) },
    });
  } finally {
    await session.dispose();
    await rm(folder, { recursive: true });
  }
}

async function peerIn(folder: string): Promise<(() => Promise<number>) | undefined> {
  if (!hasPeer) return undefined;
  await peerFigures(folder, 400);
  return () => calibStepMs({ data: folder, threads, steps: STEPS, flags: ['--method', 'single'] });
}
