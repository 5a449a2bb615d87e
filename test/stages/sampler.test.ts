import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSampler, type SamplerOptions, type StepPlan } from '../../src/stages/sampler.ts';

interface Admission {
  /** Before this step. */
  readonly step: number;
  readonly cropIds: readonly number[];
}

/** Generations of new crops, the first before step 1. */
const admissions: fc.Arbitrary<Admission[]> = fc
  .array(
    fc.record({ gap: fc.integer({ min: 1, max: 8 }), size: fc.integer({ min: 1, max: 30 }) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((generations) => {
    let [step, id] = [1, 1];
    return generations.map(({ gap, size }) => {
      const cropIds = Array.from({ length: size }, () => id++);
      const admission = { step, cropIds };
      step += gap;
      return admission;
    });
  });
const options: fc.Arbitrary<SamplerOptions> = fc.record({
  seed: fc.nat(1e6),
  labelledCount: fc.integer({ min: 1, max: 9 }),
  labelledBatch: fc.integer({ min: 1, max: 6 }),
  poolBatch: fc.integer({ min: 1, max: 12 }),
});

function draw(from: SamplerOptions, log: readonly Admission[], steps: number): StepPlan[] {
  const sampler = createSampler(from);
  return Array.from({ length: steps }, (_, i) => {
    for (const { step, cropIds } of log) if (step === i + 1) sampler.admit(cropIds);
    return sampler.next();
  });
}

describe('the sampler', () => {
  it('draws the same plans from the same seed and admissions', () => {
    fc.assert(
      fc.property(options, admissions, (o, log) => {
        expect(draw(o, log, 40)).toEqual(draw(o, log, 40));
      }),
    );
  });

  it('replays the plans of an interrupted run, with what was admitted since', () => {
    fc.assert(
      fc.property(options, admissions, fc.integer({ min: 0, max: 30 }), (o, log, done) => {
        const before = log.filter(({ step }) => step <= done + 1);
        expect(draw(o, before, done)).toEqual(draw(o, log, 40).slice(0, done));
      }),
    );
  });

  it('counts steps from 1, fills every batch and draws what exists', () => {
    fc.assert(
      fc.property(options, admissions, (o, log) => {
        draw(o, log, 30).forEach(({ step, labelled, pool }, i) => {
          expect(step).toBe(i + 1);
          expect(labelled).toHaveLength(o.labelledBatch);
          expect(labelled.every((index) => index >= 0 && index < o.labelledCount)).toBe(true);
          expect(pool).toHaveLength(o.poolBatch);
          const admitted = new Set(log.filter((a) => a.step <= step).flatMap((a) => a.cropIds));
          expect(pool.every((id) => admitted.has(id))).toBe(true);
        });
      }),
    );
  });

  it('shows every crop of the pool once an epoch, in another order each time', () => {
    fc.assert(
      fc.property(options, fc.integer({ min: 2, max: 6 }), (o, batches) => {
        const size = o.poolBatch * batches;
        const cropIds = Array.from({ length: size }, (_, i) => i + 1);
        const plans = draw(o, [{ step: 1, cropIds }], 3 * batches);
        const epochs = [0, 1, 2].map((k) =>
          plans.slice(k * batches, (k + 1) * batches).flatMap(({ pool }) => pool),
        );
        for (const epoch of epochs) expect(epoch.toSorted((a, b) => a - b)).toEqual(cropIds);
        if (size > 9) expect(epochs[1]).not.toEqual(epochs[2]);
      }),
    );
  });

  it('shows no crop twice in an epoch that does not divide into batches', () => {
    const cropIds = Array.from({ length: 23 }, (_, i) => i);
    const plans = draw(
      { seed: 4, labelledCount: 3, labelledBatch: 1, poolBatch: 5 },
      [{ step: 1, cropIds }],
      8,
    );
    for (const epoch of [plans.slice(0, 4), plans.slice(4, 8)]) {
      expect(new Set(epoch.flatMap(({ pool }) => pool)).size).toBe(20);
    }
  });

  it('shows a new generation whole in the first batches after it came', () => {
    fc.assert(
      fc.property(options, admissions, (o, log) => {
        const plans = draw(o, log, 60);
        log.forEach(({ step, cropIds }, k) => {
          const next = log[k + 1]?.step ?? Infinity;
          const batches = Math.ceil(cropIds.length / o.poolBatch);
          if (step + batches > next) return;
          const seen = plans.slice(step - 1, step - 1 + batches).flatMap(({ pool }) => pool);
          const unseen = cropIds.filter((id) => !seen.includes(id));
          // Only where the whole pool is hardly more than the new pictures does the batch that is not full cut some off.
          const pool = log.slice(0, k + 1).reduce((sum, a) => sum + a.cropIds.length, 0);
          const isCut = pool > o.poolBatch && pool < batches * o.poolBatch;
          expect(unseen.length).toBeLessThanOrEqual(isCut ? pool % o.poolBatch : 0);
        });
      }),
    );
  });

  it('walks a pool smaller than a batch several times', () => {
    const [plan] = draw(
      { seed: 1, labelledCount: 1, labelledBatch: 1, poolBatch: 7 },
      [{ step: 1, cropIds: [5, 6, 7] }],
      1,
    );
    const counts = [5, 6, 7].map((id) => plan!.pool.filter((drawn) => drawn === id).length);
    expect(counts.reduce((a, b) => a + b)).toBe(7);
    expect(Math.min(...counts)).toBe(2);
  });

  it('draws labelled samples that depend on seed and step alone', () => {
    fc.assert(
      fc.property(options, admissions, admissions, (o, one, other) => {
        const labelled = (log: readonly Admission[]) =>
          draw(o, log, 20).map((plan) => plan.labelled);
        expect(labelled(one)).toEqual(labelled(other));
      }),
    );
    const base = { labelledCount: 50, labelledBatch: 8, poolBatch: 0 };
    const [a, b] = [1, 2].map((seed) => draw({ ...base, seed }, [], 3));
    expect(a).not.toEqual(b);
    expect(a!.every(({ pool }) => pool.length === 0)).toBe(true);
  });

  it('says that the pool is empty', () => {
    const sampler = createSampler({ seed: 1, labelledCount: 1, labelledBatch: 1, poolBatch: 2 });
    expect(() => sampler.next()).toThrow('Expected the pool to hold pictures, it is empty');
  });
});
