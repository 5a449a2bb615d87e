// How a step learns, whatever the method: loss of labelled pictures, optimiser, averaged weights.
import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { hardestJointsMse, jointsMse } from '../models/loss.ts';
import { ADAM, type OptimizerSettings } from '../models/optimizer.ts';

export interface Learning {
  readonly optimizer: OptimizerSettings;
  /** Gradients are shortened to this length, over all parameters; 0 leaves them. */
  readonly clipNorm: number;
  /** Of each labelled sample only so many joints with the largest loss count (OHKM); 0: all do. */
  readonly hardestJoints: number;
  /** Whether the state keeps an average of all weights over time, under `ema.*`: what is saved and published then. */
  readonly averages: boolean;
}

/** The paper's: Adam on the mean over all joints. */
export const PLAIN: Learning = {
  ...{ optimizer: ADAM, clipNorm: 0 },
  ...{ hardestJoints: 0, averages: false },
};

/** Prefix of the averaged networks: `ema.net.conv1.weight`. */
export const AVERAGED = 'ema.';

export const supervisedLoss = (
  predicted: Tensor4D,
  target: Tensor4D,
  weights: Tensor2D,
  { hardestJoints }: Learning,
): Scalar =>
  hardestJoints > 0
    ? hardestJointsMse(predicted, target, weights, hardestJoints)
    : jointsMse(predicted, target, weights);
