// Opens a model for prediction: its card says recipe, crops and joints.
import {
  cropSpec,
  recipeNamed,
  RECIPE_NAMES,
  type Recipe,
  type RecipeName,
} from '../config/recipe.ts';
import type { Engine } from '../engine/types.ts';
import type { Flip } from '../methods/flip.ts';
import { createNetwork } from '../models/network.ts';
import type { Refinement } from '../pose/decode.ts';
import type { CropSpec } from '../pose/types.ts';
import { checkWeights, digestOf, loadModel, type Model } from '../stages/model-file.ts';
import { openPredictor, type Predictor } from '../stages/predict.ts';

/** Crops that the engine is at, in one call or in several beside each other. */
const BATCH = 32;

export interface OpenModel {
  readonly model: Model;
  readonly recipe: Recipe;
  readonly spec: CropSpec;
  readonly predictor: Predictor;
}

/** Of a model with two networks: one of them, or the mean of their heatmaps. */
export type NetworkChoice = 'first' | 'second' | 'ensemble';

/** How heatmaps are made and read, where it is not as the model was trained. */
export interface Reading {
  /** @default none */
  readonly flip?: Flip;
  /** @default that of the model's codec */
  readonly decode?: Refinement | undefined;
}

/**
 * @param where run folder or model file
 * @param choice by default both networks of Dual, and of a mean teacher the student
 * @param lanes calls beside each other, 1, 2 or 4: for whoever has several at hand. @default 1
 * @param batch crops a call, for whoever has one at a time. @default 32 shared by the lanes
 */
export async function openModel(
  where: string,
  engine: Engine,
  choice?: NetworkChoice,
  {
    flip = 'none',
    decode,
    lanes = 1,
    batch = BATCH / lanes,
  }: Reading & { readonly lanes?: number; readonly batch?: number } = {},
): Promise<OpenModel> {
  const model = await chosen(await loadModel(where), choice);
  const { card } = model;
  const named = recipeOf(model);
  const recipe = { ...named, decode: { ...named.decode, ...(decode && { refine: decode }) } };
  const spec = cropSpec(recipe, card.padding);
  const network = createNetwork(card.model, card.skeleton.joints.length);
  checkWeights(network, model);
  const predictor = await openPredictor({
    engine,
    network,
    weights: model.weights,
    second: model.second,
    geometry: recipe,
    spec,
    batch,
    lanes,
    decode: recipe.decode,
    flip: flip === 'none' ? undefined : { flip, skeleton: card.skeleton },
  });
  return { model, recipe, spec, predictor };
}

/** The recipe that the model's card names, with the codec that it names. */
export function recipeOf({ card, file }: Model): Recipe {
  if (!RECIPE_NAMES.includes(card.recipe as RecipeName)) {
    throw new Error(
      `${file} names the recipe ${card.recipe}, expected one of ${RECIPE_NAMES.join(', ')}`,
    );
  }
  return recipeNamed(card.recipe as RecipeName, card.codec);
}

/** The model as its predictor shall see it. */
async function chosen(model: Model, choice?: NetworkChoice): Promise<Model> {
  const { second, ...first } = model;
  if (!second) {
    if (choice === undefined || choice === 'first') return model;
    throw new Error(`${model.file} holds one network, there is no ${choice}`);
  }
  const wanted = choice ?? (model.card.second === 'network' ? 'ensemble' : 'first');
  if (wanted === 'ensemble') return model;
  return wanted === 'first' ? first : { ...first, weights: second, digest: await digestOf(second) };
}
