// Which network a checkpoint holds, told by names and shapes.
import type { StateArrays } from '../../engine/types.ts';
import { createNetwork, MODEL_NAMES, type ModelName } from '../network.ts';
import { fitWeights, misfits } from './fit.ts';

export interface Recognised {
  readonly model: ModelName;
  /** The weights are a classifier's: they fill the trunk, not the head. */
  readonly isTrunk: boolean;
}

/** Every network that these weights fill. */
export function recogniseNetworks(tensors: StateArrays, joints: number): readonly Recognised[] {
  return MODEL_NAMES.flatMap((model) => {
    const fit = fitWeights(createNetwork(model, joints), tensors);
    return misfits(fit).length === 0 ? [{ model, isTrunk: fit.fresh.length > 0 }] : [];
  });
}
