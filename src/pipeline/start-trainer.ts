// Puts a run's state on the engine: fresh weights, the first teacher, or a checkpoint.
import type { Recipe } from '../config/recipe.ts';
import { UsageError } from '../config/resolve.ts';
import type { Engine, StateArrays } from '../engine/types.ts';
import type { Learning } from '../methods/learning.ts';
import type { Method, MethodSettings } from '../methods/method.ts';
import type { StepGeometry } from '../methods/view.ts';
import { initialWeights, type Network } from '../models/network.ts';
import { cropFromInput } from '../pose/crop-geometry.ts';
import type { CropSpec, Skeleton } from '../pose/types.ts';
import type { Checkpoint } from '../stages/checkpoint.ts';
import { initWeights } from '../stages/init-weights.ts';
import { checkWeights, digestOf, loadModel, SECOND, type Model } from '../stages/model-file.ts';
import type { ExternalTeacher } from '../stages/external-teacher.ts';
import type { Teacher } from '../stages/teach.ts';
import { initialState, openTrainer, type Trainer } from '../stages/trainer.ts';
import { openExternalTeacher } from './open-external-teacher.ts';
import { recipeOf } from './open-predictor.ts';

export interface StartOptions {
  readonly engine: Engine;
  readonly method: Method;
  readonly settings: MethodSettings;
  readonly learning: Learning;
  readonly network: Network;
  readonly geometry: StepGeometry;
  readonly spec: CropSpec;
  readonly skeleton: Skeleton;
  readonly recipe: Recipe;
  readonly labelledBatch: number;
  readonly unlabelledBatch: number;
  readonly teacherBn: 'batch' | 'running';
  readonly seed: number;
  /** Checkpoints to start from; a run that goes on does without. */
  readonly init: readonly string[];
  readonly initPartial: boolean;
  readonly onNotice: (line: string) => void;
  /** Run folder or file of the first teacher; FILE.onnx or `movenet` for an external one. */
  readonly teacher?: string | undefined;
  readonly teacherSpec?: string | undefined;
  readonly skeletonMap?: string | undefined;
  readonly checkpoint?: Checkpoint | undefined;
}

export interface Started {
  readonly trainer: Trainer;
  /** The teacher to begin with; undefined until the first is published. */
  readonly teacher: Teacher | undefined;
  /** The first teacher's file, where one was given. */
  readonly first: Model | undefined;
  /** Another network that is the first teacher. */
  readonly external: ExternalTeacher | undefined;
}

/** Added to the seed of the second network's weights, which must differ from the first's. */
const SECOND_NETWORK = 2 ** 32;

export async function startTrainer(options: StartOptions): Promise<Started> {
  const { checkpoint, skeleton } = options;
  const external = await openExternalTeacher(options);
  const first =
    options.teacher === undefined || external
      ? undefined
      : await loadTeacher(options.teacher, options);
  const state = checkpoint?.state ?? (await freshState(options));
  const { spec, settings } = options;
  const frame = { origin: spec.origin, align: settings.align };
  const distill = { ...frame, skeleton, cropFromInput: cropFromInput(spec) };
  const trainer = await openTrainer({ ...options, distill, state });
  if (checkpoint) return { trainer, teacher: checkpoint.teacher, first, external };
  if (first) await trainer.setTeacher(first.weights);
  const digest = first?.digest ?? external?.digest;
  return {
    trainer,
    teacher: digest === undefined ? undefined : { digest, step: 0 },
    first,
    external,
  };
}

async function freshState({
  network,
  method,
  learning,
  seed,
  init,
  initPartial,
  skeleton: { joints },
  onNotice,
}: StartOptions): Promise<StateArrays> {
  const seeds = [seed, seed + SECOND_NETWORK].slice(0, method.networks);
  const fresh = seeds.map((own) => initialWeights(network, own));
  const partial = initPartial;
  const weights = await initWeights(init, { network, joints, fresh, partial, onNotice });
  return initialState(network, weights[0]!, method, weights[1], learning);
}

async function loadTeacher(
  where: string,
  { network, recipe, method }: StartOptions,
): Promise<Model> {
  if (method.regime !== 'cached') {
    throw new UsageError(
      '--teacher is for --regime cached: an online teacher is the network itself',
    );
  }
  const model = await loadModel(where);
  const taught = recipeOf(model);
  if (taught.name !== recipe.name || taught.codec !== recipe.codec) {
    const inWords = ({ name, codec }: Recipe) => `--recipe ${name} and codec ${codec}`;
    throw new Error(
      `teacher ${where} was trained with ${inWords(taught)}, this run uses ${inWords(recipe)}: their heatmaps do not fit`,
    );
  }
  checkWeights(network, model);
  return method.networks === 2 ? asPair(model) : model;
}

/** A model as the teacher of two students: the weights of both networks, or of the one that there is, under one digest. */
async function asPair(model: Model): Promise<Model> {
  const { weights, second = weights } = model;
  const named = Object.entries(second).map(([name, array]) => [SECOND + name, array] as const);
  const both = { ...weights, ...Object.fromEntries(named) };
  return { ...model, weights: both, digest: await digestOf(both) };
}
