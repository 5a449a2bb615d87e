// Reads the crops of a planned step from the database (or from memory).
import type { Crop } from '../pose/types.ts';
import type { LabelledSample } from './labelled.ts';
import { SampleError } from './sample-error.ts';
import type { StepPlan } from './sampler.ts';

export interface LoadedStep {
  readonly plan: StepPlan;
  readonly labelled: readonly { readonly crop: Crop; readonly sample: LabelledSample }[];
  readonly pool: readonly Crop[];
}

/** A crop that is damaged in the database (it is in quarantine by then) gives its place to another one of the batch. */
export async function readCrops(
  plan: StepPlan,
  samples: readonly LabelledSample[],
  read: (cropId: number) => Promise<Crop>,
): Promise<LoadedStep> {
  const labelled = plan.labelled.map(async (index) => {
    const sample = samples[index]!;
    return { crop: await read(sample.cropId), sample };
  });
  const pool = plan.pool.map((id) => read(id));
  return { plan, labelled: await intact(labelled), pool: await intact(pool) };
}

/** The crops of some people; one whose crop is damaged (it is in quarantine by then) is left out and told. */
export async function readCropsOf<P extends { readonly cropId: number }>(
  people: readonly P[],
  read: (cropId: number) => Promise<Crop>,
  onReject: (error: SampleError) => void,
): Promise<{ readonly person: P; readonly crop: Crop }[]> {
  const found = await Promise.all(
    people.map(async (person) => {
      try {
        return [{ person, crop: await read(person.cropId) }];
      } catch (error) {
        if (!(error instanceof SampleError)) throw error;
        onReject(error);
        return [];
      }
    }),
  );
  return found.flat();
}

/** As many values as there are readings, in their order. @throws the first error where none is left, or that is no SampleError */
async function intact<T>(readings: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(readings);
  const whole: T[] = [];
  for (const result of settled) {
    if (result.status === 'fulfilled') whole.push(result.value);
    else if (!(result.reason instanceof SampleError)) throw result.reason as Error;
  }
  let next = 0;
  return settled.map((result) => {
    if (result.status === 'fulfilled') return result.value;
    if (whole.length === 0) throw result.reason as Error;
    return whole[next++ % whole.length]!;
  });
}
