// Forward passes without training: evaluation, labelling, teaching and probing.
import type { Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import type { ArraySpec, Step } from '../engine/types.ts';
import { meanPeak } from '../models/loss.ts';
import { under, type Network } from '../models/network.ts';
import { flipAverage, mirrored, type FlipTest } from './flip.ts';
import { input2d, input4d } from './inputs.ts';
import { drawView, type StepGeometry } from './view.ts';

/** `running`: running statistics (evaluation, labelling). `batch`: statistics of this batch, running ones untouched. */
export type BnMode = 'running' | 'batch';

/** Which weights of the state: a network in training, or the published teacher. */
export type Weights = 'net.' | 'net2.' | 'teacher.' | 'teacher2.';

export interface PredictWith {
  readonly weights: Weights | readonly Weights[];
  readonly bn: BnMode;
  readonly flip?: FlipTest | undefined;
}

/** With `flip`, of each view and its mirror image; of several networks one's joints behind the other's. Inputs `crops` uint8 and `views` [batch, 8] (view pixel to crop pixel); outputs `heatmaps` [batch, h, w, joints] and `peak`, their mean maximum. */
export function predictStep(
  network: Network,
  geometry: StepGeometry,
  { weights, bn, flip }: PredictWith,
): Step<'crops' | 'views', 'heatmaps' | 'peak'> {
  return {
    name: `predict ${String(weights)} ${bn} ${network.name} ${network.joints}`,
    variant: JSON.stringify(flip ?? null),
    run(state, inputs) {
      const view = drawView(input4d(inputs, 'crops'), input2d(inputs, 'views'), geometry);
      const mode = bn === 'batch' ? 'train' : 'eval';
      const maps = [weights].flat().map((prefix) => {
        const forward = (x: Tensor4D) =>
          network.forward(x, mode, under(state, prefix), (_layer, stats) => {
            tf.dispose([stats.mean, stats.variance]);
          });
        const straight = forward(view);
        return flip ? flipAverage(straight, forward(mirrored(view)), flip) : straight;
      });
      const heatmaps = maps.length === 1 ? maps[0]! : tf.concat(maps, 3);
      return { state: {}, outputs: { heatmaps, peak: meanPeak(heatmaps) } };
    },
  };
}

export function predictInputs(
  batch: number,
  { stored }: StepGeometry,
): Record<'crops' | 'views', ArraySpec> {
  return {
    crops: { shape: [batch, stored.height, stored.width, 3], dtype: 'uint8' },
    views: { shape: [batch, 8], dtype: 'float32' },
  };
}
