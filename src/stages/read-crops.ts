// Reads the crops of a planned step from the database (or from memory).
import type { Crop } from '../pose/types.ts';
import type { LabelledSample } from './labelled.ts';
import type { StepPlan } from './sampler.ts';

export interface LoadedStep {
  readonly plan: StepPlan;
  readonly labelled: readonly { readonly crop: Crop; readonly sample: LabelledSample }[];
  readonly pool: readonly Crop[];
}

export async function readCrops(
  plan: StepPlan,
  samples: readonly LabelledSample[],
  read: (cropId: number) => Promise<Crop>,
): Promise<LoadedStep> {
  const labelled = await Promise.all(
    plan.labelled.map(async (index) => {
      const sample = samples[index]!;
      return { crop: await read(sample.cropId), sample };
    }),
  );
  return { plan, labelled, pool: await Promise.all(plan.pool.map(read)) };
}
