import { describe, expect, it, onTestFinished } from 'vitest';
import { parseView } from '../../src/augment/view.ts';
import { openEngine } from '../../src/engine/choose.ts';
import type { Runner } from '../../src/engine/types.ts';
import { predictInputs, predictStep } from '../../src/methods/predict-step.ts';
import { singleCached } from '../../src/methods/single.ts';
import { identity } from '../../src/pose/affine.ts';
import type { LoadedStep } from '../../src/stages/read-crops.ts';
import { teach, type TeachContext } from '../../src/stages/teach.ts';
import { fakeDigest, temporaryDatabase } from '../support/database.ts';
import { maxDifference } from '../support/golden.ts';
import { smallCrop } from '../support/small-crops.ts';
import { batchSize, geometry, joints, network, smallState } from '../support/small-training.ts';

type Teaching = Runner<'crops' | 'views', 'heatmaps' | 'peak'>;

async function setUp(more: Partial<TeachContext> = {}) {
  const db = temporaryDatabase();
  const session = await (
    await openEngine({ name: 'onnxruntime', threads: 1 })
  ).open(smallState(singleCached));
  onTestFinished(() => session.dispose());
  const step = predictStep(network, geometry, { weights: 'teacher.', bn: 'batch' });
  const teacherRunner: Teaching = await session.compile(step, predictInputs(batchSize, geometry));
  const counts: Record<string, number> = {};
  const context: TeachContext = {
    ...{ db, runner: teacherRunner, bn: 'batch', view: 'random', preprocessing: fakeDigest(1) },
    ...{ codec: 'u8', sigma: 0, easy: parseView('affine30'), stride: 4 },
    ...{ seed: 3, input: geometry.input, heatmap: geometry.heatmap, joints, origin: 'edges' },
    cropFromInput: identity,
    count: (name, by) => {
      counts[name] = (counts[name] ?? 0) + by;
    },
    ...more,
  };
  const crops = [1, 2, 3].map((n) => smallCrop(db, n));
  const load = (number: number, indices: readonly number[]): LoadedStep => {
    const pool = indices.map((i) => crops[i]!);
    return {
      plan: { step: number, labelled: [], pool: pool.map(({ id }) => id) },
      labelled: [],
      pool,
    };
  };
  return { context, counts, load };
}

const teacher = { digest: fakeDigest(7), step: 40 };

describe('teaching a batch', () => {
  it('leaves it without targets while there is no teacher', async () => {
    const { context, counts, load } = await setUp();
    expect((await teach(load(1, [0, 1]), undefined, context)).targets).toBeUndefined();
    expect(counts).toEqual({});
  });

  it('runs the teacher once for new crops, and never for those it knows', async () => {
    const { context, counts, load } = await setUp();
    const first = await teach(load(1, [0, 1]), teacher, context);
    expect(counts).toMatchObject({ target_misses: 2, teacher_forwards: 1, targets_taught: 2 });
    const again = await teach(load(9, [1, 0]), teacher, context);
    expect(counts).toMatchObject({ target_hits: 2, teacher_forwards: 1, targets_taught: 2 });
    const [a, b] = first.targets!;
    again.targets!.forEach((target, i) => {
      const before = [b!, a!][i]!;
      expect(target).toMatchObject({ view: before.view, flip: before.flip, step: 40 });
      // Stored in 8 bits between the extremes of each joint.
      const range = maxDifference(before.heatmap, new Float32Array(before.heatmap.length));
      expect(maxDifference(target.heatmap, before.heatmap)).toBeLessThan((2 * range) / 255);
    });
    expect(a!.view).not.toEqual(b!.view);
    for (const { heatmap, peaks } of first.targets!) {
      const highest = [0, 1, 2].map((joint) =>
        Math.max(...heatmap.filter((_, i) => i % joints === joint)),
      );
      expect([...peaks]).toEqual(highest);
    }
  });

  it('runs a batch with one unknown crop whole, and leaves the known target as it was', async () => {
    const { context, counts, load } = await setUp();
    const first = await teach(load(1, [0, 1]), teacher, context);
    const mixed = await teach(load(2, [0, 2]), teacher, context);
    expect(counts).toMatchObject({
      target_hits: 1,
      target_misses: 3,
      teacher_forwards: 2,
      targets_taught: 3,
    });
    expect(mixed.targets![0]!.view).toEqual(first.targets![0]!.view);
    const known = await teach(load(3, [0, 2]), teacher, context);
    expect(counts['teacher_forwards']).toBe(2);
    expect(known.targets![1]!.view).toEqual(mixed.targets![1]!.view);
  });

  it('asks again for another teacher, another BN mode and other preprocessing', async () => {
    const { context, counts, load } = await setUp();
    await teach(load(1, [0, 1]), teacher, context);
    await teach(load(2, [0, 1]), { digest: fakeDigest(8), step: 80 }, context);
    await teach(load(3, [0, 1]), teacher, { ...context, bn: 'running' });
    await teach(load(4, [0, 1]), teacher, { ...context, preprocessing: fakeDigest(2) });
    expect(counts['teacher_forwards']).toBe(4);
  });

  it('with canonical views stores the canonical view', async () => {
    const { context, load } = await setUp({ view: 'canonical' });
    const { targets } = await teach(load(1, [0, 1]), teacher, context);
    for (const { view, flip } of targets!)
      expect({ view, flip }).toEqual({ view: identity, flip: false });
  });
});
