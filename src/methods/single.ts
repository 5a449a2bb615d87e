// Single (PoseCons in the paper's code, lib/models/pose_cons.py): one network teaches itself, from the easy view to the hard one.
import type { Tensor4D } from '@tensorflow/tfjs';
import type { Tensors } from '../engine/types.ts';
import { jointsMse } from '../models/loss.ts';
import { input2d, input4d } from './inputs.ts';
import { poolInputs, type Consistency, type Forward, type Method } from './method.ts';
import { drawView, warp, type StepGeometry } from './view.ts';

/** The teacher is the current network in train mode (batch statistics) on this batch's easy view. */
export const singleOnline: Method = {
  name: 'single',
  regime: 'online',
  pairing: 'easy-hard',
  inputs: poolInputs,
  consistency(teacher, inputs, geometry) {
    const easy = easyView(inputs, geometry);
    const taught = teacher(easy);
    return (student) => easyToHard(student, easy, taught, inputs, geometry);
  },
};

/** The teacher is a snapshot: its heatmaps, and the easy view that it saw, come from the target cache. */
export const singleCached: Method = {
  name: 'single',
  regime: 'cached',
  pairing: 'easy-hard',
  inputs: (batch, geometry, joints) => ({
    ...poolInputs(batch, geometry),
    teacherHeatmaps: {
      shape: [batch, geometry.heatmap.height, geometry.heatmap.width, joints],
      dtype: 'float32',
    },
  }),
  consistency(_teacher, inputs, geometry) {
    const easy = easyView(inputs, geometry);
    const taught = input4d(inputs, 'teacherHeatmaps');
    return (student) => easyToHard(student, easy, taught, inputs, geometry);
  },
};

const easyView = (inputs: Tensors, geometry: StepGeometry) =>
  drawView(input4d(inputs, 'poolCrops'), input2d(inputs, 'easyViews'), geometry);

/** MSE(f(warp(easy)), warp(teacher)): picture and heatmap move by the same matrix; 0 outside both. */
function easyToHard(
  student: Forward,
  easy: Tensor4D,
  taught: Tensor4D,
  inputs: Tensors,
  geometry: StepGeometry,
): Consistency {
  const hard = warp(easy, input2d(inputs, 'hardViews'), geometry.input);
  const target = warp(taught, input2d(inputs, 'hardHeatmapViews'), geometry.heatmap);
  const predicted = student(hard);
  return { loss: jointsMse(predicted, target), student: predicted, teacher: target };
}
