// The source of the training stream: asks the sampler for a plan a step, and admits new pictures between steps.
import type { Sampler, StepPlan } from '../stages/sampler.ts';

/** Crops that entered the pool together, sorted by content. */
export interface Generation {
  readonly number: number;
  /** The first step that may draw them. */
  readonly step: number;
  readonly cropIds: readonly number[];
  /** From its step on the pool is these crops alone. */
  readonly replaces: boolean;
}

export interface PlanOptions {
  readonly sampler: Sampler;
  /** Generations of the log: those of earlier sessions of this run, and the first. */
  readonly logged: readonly Generation[];
  /** Steps done already: drawn again, to bring the sampler to where it was, and not emitted. */
  readonly done: number;
  readonly steps: number;
  /** Closes a generation of the pictures that arrived since; undefined where there are none. */
  close(step: number): Promise<Generation | undefined>;
  readonly drain: AbortSignal;
}

export async function* plans(options: PlanOptions): AsyncGenerator<StepPlan> {
  const { sampler, logged, done, steps, drain } = options;
  const enter = ({ cropIds, replaces }: Generation) => {
    if (replaces) sampler.clear();
    sampler.admit(cropIds);
  };
  for (let step = 1; step <= steps; step++) {
    for (const generation of logged) if (generation.step === step) enter(generation);
    if (step > done) {
      if (drain.aborted) return;
      const fresh = await options.close(step);
      if (fresh) enter(fresh);
    }
    const plan = sampler.next();
    // A macrotask between plans would be wasted: the consumer's credits already bound how far this runs ahead.
    if (step > done) yield await Promise.resolve(plan);
  }
}
