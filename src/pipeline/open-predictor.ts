// Opens a model for prediction: its card says recipe, crops and joints.
import {
  cropSpec,
  recipeNamed,
  RECIPE_NAMES,
  type Recipe,
  type RecipeName,
} from '../config/recipe.ts';
import type { Engine } from '../engine/types.ts';
import { createNetwork } from '../models/network.ts';
import type { CropSpec } from '../pose/types.ts';
import { checkWeights, loadModel, type Model } from '../stages/model-file.ts';
import { openPredictor, type Predictor } from '../stages/predict.ts';

/** Crops a call of the engine. */
const BATCH = 32;

export interface OpenModel {
  readonly model: Model;
  readonly recipe: Recipe;
  readonly spec: CropSpec;
  readonly predictor: Predictor;
}

/** @param where run folder or model file */
export async function openModel(where: string, engine: Engine): Promise<OpenModel> {
  const model = await loadModel(where);
  const { card } = model;
  if (!RECIPE_NAMES.includes(card.recipe as RecipeName)) {
    throw new Error(
      `${model.file} names the recipe ${card.recipe}, expected one of ${RECIPE_NAMES.join(', ')}`,
    );
  }
  const recipe = recipeNamed(card.recipe as RecipeName);
  const spec = cropSpec(recipe, card.padding);
  const network = createNetwork(card.model, card.skeleton.joints.length);
  checkWeights(network, model);
  const predictor = await openPredictor({
    engine,
    network,
    weights: model.weights,
    geometry: recipe,
    spec,
    batch: BATCH,
    decode: recipe.decode,
  });
  return { model, recipe, spec, predictor };
}
