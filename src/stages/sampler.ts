// Decides which samples each step sees: a pure function of (seed, admissions), so a resumed run draws what the first one drew.
import { permutation, rng } from '../pose/random.ts';

/** What one step trains on. */
export interface StepPlan {
  /** Counts from 1. */
  readonly step: number;
  /** Indices into the labelled set, drawn with replacement. */
  readonly labelled: readonly number[];
  /** Crop ids of the pool. */
  readonly pool: readonly number[];
}

export interface SamplerOptions {
  readonly seed: number;
  readonly labelledCount: number;
  readonly labelledBatch: number;
  /** 0 for methods without unlabelled pictures. */
  readonly poolBatch: number;
}

export interface Sampler {
  /** Adds a generation of crops, sorted by content; a new epoch starts and shows them first. */
  admit(cropIds: readonly number[]): void;
  /** Empties the pool: the next generation takes its place. */
  clear(): void;
  /** The plan of the next step: call once a step, from step 1 on. */
  next(): StepPlan;
}

/** Epochs walk the pool in a fresh order each; a last batch that is not full is dropped, as the reference does. */
export function createSampler(options: SamplerOptions): Sampler {
  const { seed, labelledCount, labelledBatch, poolBatch } = options;
  let pool: number[] = [];
  let order: number[] = [];
  let position = 0;
  let epoch = 0;
  let step = 0;

  const shuffled = (ids: readonly number[], purpose: string) =>
    Array.from(permutation(ids.length, seed, purpose, epoch), (i) => ids[i]!);

  const drawPool = (): number[] => {
    if (poolBatch === 0) return [];
    if (pool.length === 0) throw new Error('Expected the pool to hold pictures, it is empty');
    if (position + poolBatch > order.length) {
      order = [];
      // A pool smaller than a batch is walked several times.
      while (order.length < poolBatch) {
        epoch += 1;
        order.push(...shuffled(pool, 'epoch'));
      }
      position = 0;
    }
    position += poolBatch;
    return order.slice(position - poolBatch, position);
  };

  return {
    admit(cropIds) {
      epoch += 1;
      order = [...shuffled(cropIds, 'new pictures'), ...shuffled(pool, 'epoch')];
      position = 0;
      pool.push(...cropIds);
    },
    clear() {
      pool = [];
    },
    next() {
      step += 1;
      const labelled = Array.from({ length: labelledBatch }, (_, slot) =>
        rng(seed, 'labelled draw', step, slot).integer(labelledCount),
      );
      return { step, labelled, pool: drawPool() };
    },
  };
}
