// Puts a run's state on the engine: fresh weights, the first teacher, or a checkpoint.
import { UsageError } from '../config/resolve.ts';
import type { Engine } from '../engine/types.ts';
import type { Method } from '../methods/method.ts';
import type { StepGeometry } from '../methods/view.ts';
import { initialWeights, type Network } from '../models/network.ts';
import type { Checkpoint } from '../stages/checkpoint.ts';
import { checkWeights, loadModel, type Model } from '../stages/model-file.ts';
import type { Teacher } from '../stages/teach.ts';
import { initialState, openTrainer, type Trainer } from '../stages/trainer.ts';

export interface StartOptions {
  readonly engine: Engine;
  readonly method: Method;
  readonly network: Network;
  readonly geometry: StepGeometry;
  readonly recipe: string;
  readonly labelledBatch: number;
  readonly unlabelledBatch: number;
  readonly teacherBn: 'batch' | 'running';
  readonly seed: number;
  /** Run folder or file of the first teacher. */
  readonly teacher?: string | undefined;
  readonly checkpoint?: Checkpoint | undefined;
}

export interface Started {
  readonly trainer: Trainer;
  /** The teacher to begin with; undefined until the first is published. */
  readonly teacher: Teacher | undefined;
  /** The first teacher's file, where one was given. */
  readonly first: Model | undefined;
}

export async function startTrainer(options: StartOptions): Promise<Started> {
  const { method, network, checkpoint, seed } = options;
  const first =
    options.teacher === undefined ? undefined : await loadTeacher(options.teacher, options);
  const state = checkpoint?.state ?? initialState(network, initialWeights(network, seed), method);
  const trainer = await openTrainer({ ...options, state });
  if (checkpoint) return { trainer, teacher: checkpoint.teacher, first };
  if (!first) return { trainer, teacher: undefined, first };
  await trainer.setTeacher(first.weights);
  return { trainer, teacher: { digest: first.digest, step: 0 }, first };
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
  if (model.card.recipe !== recipe) {
    throw new Error(
      `teacher ${where} was trained with --recipe ${model.card.recipe}, this run uses ${recipe}: their heatmaps do not fit`,
    );
  }
  checkWeights(network, model);
  return model;
}
