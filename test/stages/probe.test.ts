import { describe, expect, it } from 'vitest';
import { identity } from '../../src/pose/affine.ts';
import { probePeak, type ProbeContext } from '../../src/stages/probe.ts';

/** A runner whose peak is the mean of the crops' first bytes; it notes every crop that it saw. */
function context(seed: number): { context: ProbeContext; seen: number[] } {
  const seen: number[] = [];
  const size = { width: 2, height: 1 };
  return {
    seen,
    context: {
      ...{ batch: 4, seed, cropFromInput: identity },
      read: (id) =>
        Promise.resolve({ id, pixels: new Uint8Array(6).fill(id), size, cropFromImage: identity }),
      runner: {
        run: (batches) =>
          Promise.resolve(
            batches.map(({ crops }) => {
              const ids = Array.from({ length: 4 }, (_, i) => crops[6 * i]!);
              seen.push(...ids);
              const mean = ids.reduce((sum, id) => sum + id, 0) / ids.length;
              return {
                heatmaps: { shape: [0], data: new Float32Array(0) },
                peak: { shape: [], data: Float32Array.of(mean) },
              };
            }),
          ),
      },
    },
  };
}

const ids = (n: number) => Array.from({ length: n }, (_, i) => (i % 250) + 1);

describe('the mean peak', () => {
  it('is that of every picture of a small pool, a last batch that is not full left out', async () => {
    const { context: all, seen } = context(1);
    expect(await probePeak(ids(8), all)).toBe(4.5);
    expect(seen.toSorted((a, b) => a - b)).toEqual(ids(8));
    const { context: some, seen: fewer } = context(1);
    await probePeak(ids(11), some);
    expect(new Set(fewer).size).toBe(8);
  });

  it('looks at 256 pictures of a large pool, the same ones at every call', async () => {
    const runs = [context(5), context(5), context(6)];
    for (const run of runs) await probePeak(ids(1000), run.context);
    expect(runs[0]!.seen).toHaveLength(256);
    expect(runs[1]!.seen).toEqual(runs[0]!.seen);
    expect(runs[2]!.seen).not.toEqual(runs[0]!.seen);
  });

  it('is not known for a pool smaller than a batch', async () => {
    expect(await probePeak(ids(3), context(1).context)).toBeUndefined();
  });
});
