// Mean heatmap maximum of the network in training on pictures of the pool, with batch statistics: the sign of collapse.
import { packTransforms } from '../augment/transforms.ts';
import { permutation } from '../pose/random.ts';
import type { Affine, Crop } from '../pose/types.ts';
import { concatenate } from './concatenate.ts';
import type { PredictRunner } from './trainer.ts';

/** Pictures that the peak is averaged over. */
const PICTURES = 256;

export interface ProbeContext {
  readonly runner: PredictRunner;
  readonly batch: number;
  readonly seed: number;
  readonly cropFromInput: Affine;
  readonly read: (cropId: number) => Promise<Crop>;
}

/** @returns undefined where the pool is smaller than a batch. */
export async function probePeak(
  pool: readonly number[],
  context: ProbeContext,
): Promise<number | undefined> {
  const { runner, batch, seed, cropFromInput, read } = context;
  const chosen = Array.from(permutation(pool.length, seed, 'probe', 0), (i) => pool[i]!).slice(
    0,
    PICTURES,
  );
  const peaks: number[] = [];
  for (let i = 0; i + batch <= chosen.length; i += batch) {
    const crops = await Promise.all(chosen.slice(i, i + batch).map((id) => read(id)));
    const views = packTransforms(crops.map(() => cropFromInput));
    const [outputs] = await runner.run([{ crops: concatenate(crops), views }], { moves: true });
    peaks.push(outputs!.peak.data[0]!);
  }
  return peaks.length === 0 ? undefined : peaks.reduce((sum, peak) => sum + peak, 0) / peaks.length;
}
