// The public API: everything that a command does, without the command line.
export { optionSchema, type Options } from './config/options.ts';
export { resolveOptions, UsageError } from './config/resolve.ts';
export { cropSpec, recipeNamed, type Recipe, type RecipeName } from './config/recipe.ts';

export { runTraining } from './pipeline/run-training.ts';
export type { TrainingHooks, TrainingSummary } from './pipeline/training-hooks.ts';
export type { TrainingOptions } from './pipeline/training-setup.ts';
export { evaluate, type Evaluation, type EvaluationOptions } from './pipeline/evaluate.ts';
export {
  predictPictures,
  type PictureHooks,
  type PictureOptions,
  type PictureSummary,
} from './pipeline/predict-pictures.ts';
export { openModel, type OpenModel } from './pipeline/open-predictor.ts';
export type { Admitted } from './pipeline/ingest.ts';
export type { Predicted } from './pipeline/predict.ts';

export { openEngine, engineStatuses } from './engine/choose.ts';
export type * from './engine/types.ts';
export type * from './pose/types.ts';

export { readCocoLabels } from './formats/coco.ts';
export { readBoxes } from './formats/boxes.ts';
export { oksAp } from './pose/metrics/oks-ap.ts';
export { pck } from './pose/metrics/pck.ts';
export { openDatabase, type Database } from '../db/open.ts';
export { loadModel, type Model, type ModelCard } from './stages/model-file.ts';
