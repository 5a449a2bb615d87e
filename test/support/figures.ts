// A folder of rendered figures for tests, and the options of a small run on them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionSchema } from '../../src/config/options.ts';
import type { TrainingOptions } from '../../src/pipeline/training-setup.ts';
import { renderFigures } from '../../src/demo/figures.ts';

export interface FigureFolder extends AsyncDisposable {
  readonly dir: string;
  options(overrides?: Partial<TrainingOptions>): TrainingOptions;
}

export async function figureFolder(
  counts: { labelled?: number; unlabelled?: number; test?: number } = {},
): Promise<FigureFolder> {
  const { labelled = 8, unlabelled = 40, test = 4 } = counts;
  const dir = await mkdtemp(join(tmpdir(), 'heatstream-test-'));
  await renderFigures({ out: dir, seed: 3, labelled, unlabelled, test });
  return {
    dir,
    options: (overrides = {}) => ({
      ...optionSchema.parse({
        labels: join(dir, 'labeled.coco.json'),
        images: join(dir, 'images'),
        unlabeled: [join(dir, 'images', 'unlabeled')],
        model: 'tiny',
        recipe: 'peer',
        steps: 20,
        cache: join(dir, 'cache.sqlite'),
        run: join(dir, 'run'),
        labelledBatch: 8,
        unlabelledBatch: 8,
      }),
      ...overrides,
    }),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}
