// Forward passes on an easy and a hard view of labelled crops, to see how much harder the hard one is.
import { extraInputs } from '../augment/extra-draws.ts';
import { hasPictureOperations } from '../augment/view-pair.ts';
import { tf } from '../engine/tf.ts';
import type { ArraySpec, Step } from '../engine/types.ts';
import { under, type Network } from '../models/network.ts';
import type { Forward, MethodSettings } from './method.ts';
import { easyPicture, studentView } from './student-view.ts';
import type { StepGeometry } from './view.ts';

/** Inputs as the training step's of the pool; outputs `easy` and `hard`, heatmaps [batch, h, w, joints]. Running statistics. */
export function viewStep(
  network: Network,
  geometry: StepGeometry,
  settings: MethodSettings,
): Step<string, 'easy' | 'hard'> {
  return {
    name: `views ${network.name} ${network.joints}`,
    variant: JSON.stringify(settings),
    run(state, inputs) {
      const forward: Forward = (x) => network.forward(x, 'eval', under(state, 'net.'));
      const scene = { inputs, geometry, settings, networks: [forward], average: forward };
      const picture = easyPicture(scene);
      const easy = forward(picture);
      const hard = forward(studentView(scene, picture, easy).picture);
      return { state: {}, outputs: { easy: tf.clone(easy), hard } };
    },
  };
}

/** Without the training step's weight and stored targets. */
export function viewInputs(
  batch: number,
  { stored, input }: StepGeometry,
  joints: number,
  { views }: MethodSettings,
): Record<string, ArraySpec> {
  const crops: ArraySpec = { shape: [batch, stored.height, stored.width, 3], dtype: 'uint8' };
  const matrices: ArraySpec = { shape: [batch, 8], dtype: 'float32' };
  return {
    poolCrops: crops,
    ...(hasPictureOperations(views) && { hardCrops: crops }),
    easyViews: matrices,
    hardViews: matrices,
    hardHeatmapViews: matrices,
    ...extraInputs(views.hard, 1, { batch, joints, input }),
  };
}
