// The public API: everything that a command does, without the command line.
export { optionSchema, type Options } from './config/options.ts';
export { resolveOptions, UsageError } from './config/resolve.ts';
export { cropSpec, recipeNamed, type Recipe, type RecipeName } from './config/recipe.ts';

export { runTraining } from './pipeline/run-training.ts';
export type { TrainingHooks, TrainingSummary } from './pipeline/training-hooks.ts';
export type { TrainingOptions } from './pipeline/training-setup.ts';
export {
  preflight,
  type MeasuredPair,
  type Preflight,
  type PreflightOptions,
} from './pipeline/preflight.ts';
export { evaluateNetworks, type NetworksEvaluation } from './pipeline/evaluate-networks.ts';
export { evaluate, type Evaluation, type EvaluationOptions } from './pipeline/evaluate.ts';
export {
  predictPictures,
  type PictureHooks,
  type PictureOptions,
  type PictureSummary,
} from './pipeline/predict-pictures.ts';
export {
  ingestFolders,
  type IngestFoldersHooks,
  type IngestFoldersOptions,
  type IngestSummary,
} from './pipeline/ingest-folders.ts';
export { exportModel, type ExportOptions, type ExportSummary } from './pipeline/export-model.ts';
export { importModel, type ImportOptions, type ImportSummary } from './pipeline/import-model.ts';
export {
  labelPictures,
  type LabelHooks,
  type LabelOptions,
  type LabelSummary,
} from './pipeline/label-pictures.ts';
export { openModel, type OpenModel } from './pipeline/open-predictor.ts';
export { openPredicting, type PredictingModel } from './pipeline/open-predicting.ts';
export type { Admitted } from './pipeline/ingest.ts';
export type { Predicted } from './pipeline/predict.ts';

export { openEngine, engineStatuses } from './engine/choose.ts';
export type * from './engine/types.ts';
export type * from './pose/types.ts';

export { readCocoLabels } from './formats/coco.ts';
export { readBoxes } from './formats/boxes.ts';
export { oksAp } from './pose/metrics/oks-ap.ts';
export { pck } from './pose/metrics/pck.ts';
export { pckh } from './pose/metrics/pckh.ts';
export { auc } from './pose/metrics/auc.ts';
export { epe } from './pose/metrics/epe.ts';
export { heatmapAccuracy } from './pose/metrics/heatmap-accuracy.ts';
export { oksNms } from './pose/metrics/oks-nms.ts';
export { openDatabase, type Database } from '../db/open.ts';
export { cacheStats, vacuum, type CacheStats } from '../db/cache-stats.ts';
export { evictTargets, type Evicted, type Eviction } from '../db/evict.ts';
export { provenanceOf, type PersonProvenance } from '../db/provenance.ts';
export { verifyDatabase, type Verified } from '../db/verify.ts';
export { readWeights, type Weights } from './models/checkpoint/read-weights.ts';
export { loadModel, type Model, type ModelCard } from './stages/model-file.ts';
