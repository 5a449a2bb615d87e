// Makes a model of heatstream out of a checkpoint of another program: what eval, predict, label and --teacher take.
import { readFile } from 'node:fs/promises';
import type { RecipeName } from '../config/recipe.ts';
import { UsageError } from '../config/resolve.ts';
import { fitWeights } from '../models/checkpoint/fit.ts';
import { readNetworks } from '../models/checkpoint/read-weights.ts';
import { recogniseNetworks } from '../models/checkpoint/recognise.ts';
import { ownChannels } from '../models/checkpoint/union-head.ts';
import { createNetwork, type ModelName } from '../models/network.ts';
import { fromTorch } from '../models/torch-layout.ts';
import { plainName } from '../pose/skeleton.ts';
import type { Padding, Skeleton } from '../pose/types.ts';
import { modelFile, refuseMisfits, saveModel, SECOND } from '../stages/model-file.ts';

export interface ImportOptions {
  readonly file: string;
  readonly out: string;
  /** @default the one that the weights fill */
  readonly model?: ModelName | undefined;
  readonly skeleton: Skeleton;
  readonly recipe: RecipeName;
  readonly padding: Padding;
}

export interface ImportSummary {
  readonly out: string;
  readonly model: ModelName;
  readonly networks: number;
}

/** @throws Error with what is missing, unexpected or misshaped */
export async function importModel(options: ImportOptions): Promise<ImportSummary> {
  const { out, skeleton, recipe, padding } = options;
  const file = await modelFile(options.file);
  const joints = skeleton.joints.length;
  const networks = readNetworks(await readFile(file), file).map((tensors) =>
    ownChannels(tensors, skeleton.joints.map(plainName)),
  );
  const model = options.model ?? recogniseNetworks(networks[0]!, joints)[0]?.model;
  if (model === undefined) {
    throw new UsageError(
      `${file} fills no network with the ${joints} joints of ${skeleton.name}: name one with --model to see what differs`,
    );
  }
  const network = createNetwork(model, joints);
  const weights = networks.map((tensors, i) => {
    const fit = fitWeights(network, tensors);
    // A head left fresh makes a start for training, but no model.
    refuseMisfits(network, { ...fit, missing: [...fit.missing, ...fit.fresh] }, file);
    const prefix = i === 0 ? '' : SECOND;
    return Object.entries(fit.loaded).map(
      ([name, array]) => [prefix + name, fromTorch(array)] as const,
    );
  });
  const second = networks.length > 1 ? ({ second: 'network' } as const) : {};
  const card = { model, skeleton, recipe, padding, step: 0, ...second };
  await saveModel(out, card, Object.fromEntries(weights.flat()));
  return { out, model, networks: networks.length };
}
