// What the student sees and is asked for: the teacher's view made harder, and its heatmaps moved along.
import type { Tensor4D } from '@tensorflow/tfjs';
import { input2d, input4d } from './inputs.ts';
import { hardPicture } from './hard-picture.ts';
import type { Scene } from './method.ts';
import { drawView, warp } from './view.ts';

/** The teacher's view of the pool, [batch, h, w, 3]. */
export const easyPicture = ({ inputs, geometry }: Scene): Tensor4D =>
  drawView(input4d(inputs, 'poolCrops'), input2d(inputs, 'easyViews'), geometry);

export interface StudentView {
  readonly picture: Tensor4D;
  /** [batch, h, w, joints] */
  readonly target: Tensor4D;
}

/**
 * Picture and heatmaps move by the same matrix; outside both there is 0.
 * @param taught the teacher's heatmaps of the easy view
 * @param network whose view: each has its own cut-outs
 */
export function studentView(
  scene: Scene,
  easy: Tensor4D,
  taught: Tensor4D,
  network = 0,
): StudentView {
  const { inputs, geometry, settings } = scene;
  const { views, align, isReference } = settings;
  const context = { inputs, geometry, align, isReference, network };
  const crops = inputs['hardCrops'] ? input4d(inputs, 'hardCrops') : undefined;
  const hardViews = input2d(inputs, 'hardViews');
  const target = warp(taught, input2d(inputs, 'hardHeatmapViews'), geometry.heatmap);
  if (!views.onTop) {
    const own = drawView(crops ?? input4d(inputs, 'poolCrops'), hardViews, geometry);
    return { picture: hardPicture(own, target, views.hard, context), target };
  }
  const source = crops ? drawView(crops, input2d(inputs, 'easyViews'), geometry) : easy;
  const covered = hardPicture(source, taught, views.hard, context);
  const isStill = views.easy.affines === views.hard.affines;
  return isStill
    ? { picture: covered, target: taught }
    : { picture: warp(covered, hardViews, geometry.input), target };
}
