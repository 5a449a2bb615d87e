// Which options each command takes.

export const ENGINE = ['engine', 'threads'] as const;
const EXTERNAL = ['teacherSpec', 'skeletonMap'] as const;
const OUTPUT = ['quiet', 'json'] as const;

export const TRAIN_OPTIONS = [
  'labels',
  'images',
  'unlabeled',
  'boxes',
  'boxesImages',
  'exclude',
  'method',
  'easy',
  'hard',
  'gradient',
  'threshold',
  'reweight',
  'teacherDecay',
  'referenceCompat',
  'onCollapse',
  'force',
  'regime',
  'teacher',
  ...EXTERNAL,
  'maxTeacherAge',
  'teacherBn',
  'teacherView',
  'targetCodec',
  'model',
  'init',
  'initPartial',
  'recipe',
  'steps',
  'seed',
  'limitLabels',
  'labelledBatch',
  'unlabelledBatch',
  'learningRate',
  'ramp',
  'weight',
  'padding',
  'cache',
  'run',
  'resume',
  'watch',
  ...ENGINE,
  'stepsPerCall',
  'cropMemory',
  'logEvery',
  'checkpointEvery',
  'strict',
  ...OUTPUT,
] as const;
export const EVAL_OPTIONS = [
  ...(['labels', 'images', 'metrics', 'sigmas', 'cache'] as const),
  ...EXTERNAL,
  ...ENGINE,
  ...OUTPUT,
] as const;
export const EXPERIMENT_OPTIONS = [
  'unlabeled',
  'boxes',
  'exclude',
  'model',
  'recipe',
  'steps',
  'ramp',
  'padding',
  'limitLabels',
  ...ENGINE,
] as const;
export const PREFLIGHT_OPTIONS = [
  'labels',
  'images',
  'limitLabels',
  'easy',
  'hard',
  'seed',
  'cache',
  ...ENGINE,
  ...OUTPUT,
] as const;
export const PREDICT_OPTIONS = [
  ...(['boxes', 'cache', 'strict'] as const),
  ...EXTERNAL,
  ...ENGINE,
  ...OUTPUT,
] as const;
export const INGEST_OPTIONS = [
  ...(['boxes', 'boxesImages', 'exclude', 'recipe', 'padding', 'cache', 'watch'] as const),
  ...(['threads', 'strict'] as const),
  ...OUTPUT,
] as const;
export const LABEL_OPTIONS = ['teacher', 'targetCodec', 'lease', ...PREDICT_OPTIONS] as const;
