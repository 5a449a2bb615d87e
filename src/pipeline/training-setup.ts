// Turns options into the fixed facts of a run: recipe, crop, sizes, schedule, method.
import type { Options } from '../config/options.ts';
import { cropSpec, recipeNamed, type Recipe } from '../config/recipe.ts';
import { UsageError } from '../config/resolve.ts';
import type { Method } from '../methods/method.ts';
import { methodNamed } from '../methods/registry.ts';
import type { StepGeometry } from '../methods/view.ts';
import type { CropSpec } from '../pose/types.ts';

export type TrainingOptions = Omit<Options, 'engine' | 'threads' | 'quiet' | 'json' | 'strict'>;

export interface TrainingSetup {
  readonly options: TrainingOptions;
  readonly recipe: Recipe;
  readonly spec: CropSpec;
  readonly geometry: StepGeometry;
  readonly method: Method;
  /** Whether the loss has an unsupervised term. */
  readonly usesPool: boolean;
  readonly labelledBatch: number;
  readonly unlabelledBatch: number;
  readonly learningRate: number;
  /** Steps over which the consistency weight grows. */
  readonly ramp: number;
  /** Input pixels a heatmap pixel. */
  readonly stride: number;
}

export function setUpTraining(options: TrainingOptions): TrainingSetup {
  const recipe = recipeNamed(options.recipe);
  const regime = options.method === 'supervised' ? 'online' : options.regime;
  let method: Method;
  try {
    method = methodNamed(options.method, regime);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
  const { input, heatmap, stored, mean, std } = recipe;
  return {
    options,
    recipe,
    spec: cropSpec(recipe, options.padding),
    geometry: { input, heatmap, stored, mean, std },
    method,
    usesPool: method.consistency !== undefined,
    labelledBatch: options.labelledBatch ?? recipe.labelledBatch,
    unlabelledBatch: options.unlabelledBatch ?? recipe.unlabelledBatch,
    learningRate: options.learningRate ?? recipe.learningRate,
    ramp: options.ramp ?? Math.round(recipe.ramp * options.steps),
    stride: input.width / heatmap.width,
  };
}
