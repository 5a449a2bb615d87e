import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Inputs } from '../../src/engine/types.ts';
import { runTraining } from '../../src/pipeline/run-training.ts';
import { SKELETONS } from '../../src/pose/skeleton.ts';
import { writeDotNetwork } from '../support/dot-network.ts';
import { fakeEngine } from '../support/fake-engine.ts';
import { figureFolder } from '../support/figures.ts';
import { quietHooks } from '../support/training-hooks.ts';

it('trains on the targets of an external teacher, recalls them in the next run, and refuses joints that it does not know', async () => {
  await using folder = await figureFolder();
  const teacher = await writeDotNetwork(folder.dir, {
    ...{ input: { width: 96, height: 64 }, layout: 'NCHW', channels: 'RGB', type: 'float32' },
  });
  const skeletonMap = join(folder.dir, 'map.json');
  const { joints } = SKELETONS.lsp14;
  await writeFile(skeletonMap, JSON.stringify(Object.fromEntries(joints.map((j) => [j, 'head']))));
  const predicted: string[] = [];
  const batches: Inputs[] = [];
  const train = (run: string, more: Parameters<typeof folder.options>[0] = {}) =>
    runTraining(
      folder.options({
        ...{ run: join(folder.dir, run), steps: 4, threads: 1 },
        ...{ method: 'single', regime: 'cached', maxTeacherAge: 1000, teacher, skeletonMap },
        ...more,
      }),
      quietHooks(
        fakeEngine({
          onTrain: (given) => void batches.push(...given),
          onPredict: (name) => predicted.push(name),
        }),
      ),
    );
  const first = await train('first');
  expect(first.counters).toMatchObject({ teacher_forwards: 4, targets_taught: 32 });
  expect(predicted.filter((name) => name.includes('teacher.'))).toEqual([]);
  for (const { teacherHeatmaps } of batches) {
    const maps = teacherHeatmaps as Float32Array;
    expect(Math.max(...maps)).toBeGreaterThan(0.2);
    // Every joint is the same joint of the teacher.
    expect(maps.every((value, i) => value === maps[i - (i % joints.length)])).toBe(true);
  }
  const second = await train('second');
  expect(second.counters['teacher_forwards'] ?? 0).toBe(0);

  await expect(train('third', { skeletonMap: undefined })).rejects.toThrow(
    `--teacher ${teacher} knows nothing about right_ankle, right_knee`,
  );
  await expect(train('fourth', { regime: 'online' })).rejects.toThrow('needs --regime cached');
});
