// Turns options into the fixed facts of a run: recipe, crop, sizes, schedule, method.
import type { Options } from '../config/options.ts';
import { cropSpec, recipeNamed, type Recipe } from '../config/recipe.ts';
import { UsageError } from '../config/resolve.ts';
import { viewPair } from '../augment/view-pair.ts';
import type { Learning } from '../methods/learning.ts';
import type { Method, MethodSettings } from '../methods/method.ts';
import { methodNamed } from '../methods/registry.ts';
import type { StepGeometry } from '../methods/view.ts';
import type { Schedule } from '../models/schedule.ts';
import { alignOf, codecNamed } from '../pose/codec.ts';
import type { CropSpec } from '../pose/types.ts';

export type TrainingOptions = Omit<
  Options,
  | 'engine'
  | 'provider'
  | 'threads'
  | 'quiet'
  | 'json'
  | 'strict'
  | 'metrics'
  | 'sigmas'
  | 'lease'
  | 'flip'
  | 'decode'
>;

export interface TrainingSetup {
  readonly options: TrainingOptions;
  readonly recipe: Recipe;
  readonly spec: CropSpec;
  readonly geometry: StepGeometry;
  readonly method: Method;
  readonly settings: MethodSettings;
  readonly learning: Learning;
  readonly schedule: Schedule;
  /** Whether the loss has an unsupervised term. */
  readonly usesPool: boolean;
  readonly labelledBatch: number;
  readonly unlabelledBatch: number;
  /** Steps over which the consistency weight grows. */
  readonly ramp: number;
  /** Input pixels a heatmap pixel. */
  readonly stride: number;
  /** How much of a crop's earlier target stays when it is taught again; 0 outside the cached regime. */
  readonly targetDecay: number;
}

/** @throws UsageError for choices that do not go together */
export function setUpTraining(given: TrainingOptions): TrainingSetup {
  const recipe = recipeNamed(given.recipe, given.codec);
  const method = orUsageError(() =>
    methodNamed(given.method, given.method === 'supervised' ? 'online' : given.regime),
  );
  const options = withMethod(given, method);
  if (options.boxes.includes('teacher')) mustHaveFirstTeacher(options, method);
  const { input, heatmap, stored, mean, std } = recipe;
  return {
    options,
    recipe,
    spec: cropSpec(recipe, options.padding),
    geometry: { input, heatmap, stored, mean, std },
    method,
    settings: settingsOf(options, method, recipe),
    learning: learningOf(options),
    schedule: scheduleOf(options, recipe),
    usesPool: method.consistency !== undefined,
    labelledBatch: options.labelledBatch ?? recipe.labelledBatch,
    unlabelledBatch: options.unlabelledBatch ?? recipe.unlabelledBatch,
    ramp: options.ramp ?? Math.round(recipe.ramp * options.steps),
    stride: input.width / heatmap.width,
    targetDecay: method.teacher === 'stored' ? (options.targetDecay ?? method.targetDecay ?? 0) : 0,
  };
}

/** Somebody has to draw the boxes of the first step. */
function mustHaveFirstTeacher({ teacher }: TrainingOptions, { regime }: Method): void {
  if (regime === 'cached' && teacher !== undefined) return;
  throw new UsageError(
    '--boxes teacher: needs --regime cached and a first teacher, --teacher RUN|FILE, whose keypoints say where people are; teachers that the run publishes take over from it',
  );
}

/** The options that a method decides. */
function withMethod(options: TrainingOptions, method: Method): TrainingOptions {
  if (method.labeller) return withFixedLabeller(options);
  return method.publishesAverage
    ? { ...options, ema: options.ema || options.teacherDecay }
    : options;
}

/** The labeller sees canonical crops in running statistics, once and for all. */
function withFixedLabeller(options: TrainingOptions): TrainingOptions {
  if (options.teacher === undefined) {
    throw new UsageError(
      `--method ${options.method} needs a labeller: train one with --method supervised and name its run with --teacher`,
    );
  }
  return { ...options, maxTeacherAge: Infinity, teacherBn: 'running', teacherView: 'canonical' };
}

function learningOf(options: TrainingOptions): Learning {
  const { optimizer: name, weightDecay, momentum, nesterov, clipNorm, hardestJoints } = options;
  const { beta1, beta2, epsilon } = options;
  if (nesterov && (name !== 'sgd' || momentum === 0)) {
    throw new UsageError('--nesterov looks along a momentum: take --optimizer sgd --momentum 0.9');
  }
  return {
    optimizer: { name, weightDecay, momentum, nesterov, adam: { beta1, beta2, epsilon } },
    ...{ clipNorm, hardestJoints, averages: options.ema > 0 },
  };
}

function scheduleOf(options: TrainingOptions, recipe: Recipe): Schedule {
  const { schedule: name, steps, warmup } = options;
  if (warmup >= steps) {
    throw new UsageError(`--warmup ${warmup} leaves nothing of --steps ${steps}`);
  }
  const base = options.learningRate ?? recipe.learningRate;
  return { name, base, steps, warmup, milestones: recipe.milestones };
}

function settingsOf(options: TrainingOptions, method: Method, recipe: Recipe): MethodSettings {
  const align = alignOf(codecNamed(recipe.codec), recipe.origin);
  const { referenceCompat: isReference, teacherBn, gradient, threshold, reweight } = options;
  const isCanonical = method.teacher === 'stored' && options.teacherView === 'canonical';
  const easy = isCanonical ? 'original' : (options.easy ?? method.views.easy);
  const views = orUsageError(() => viewPair(easy, options.hard ?? method.views.hard, isReference));
  const hitsJoints = views.hard.extras.some(
    ({ kind }) => kind.includes('joint') || kind === 'cut-occlude',
  );
  if (method.name === 'naive' && hitsJoints) {
    throw new UsageError(
      `--method naive has no teacher that could say where joints are: take --hard without ${views.hard.extras.map(({ kind }) => kind).join(', ')}, or --method single`,
    );
  }
  return { views, align, isReference, teacherBn, gradient, threshold, reweight };
}

function orUsageError<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
