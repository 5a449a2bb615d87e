// Naive consistency: two views of one difficulty must agree. It collapses; kept to show that.
import type { Rank } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import { agreement } from './agreement.ts';
import { input2d } from './inputs.ts';
import type { Method } from './method.ts';
import { pi } from './pi.ts';
import { easyPicture, studentView } from './student-view.ts';
import { warpWithGradient } from './view.ts';

/** With `gradient: 'stop'` only the second branch learns, which is the Pi model. */
export const naive: Method = {
  ...pi,
  name: 'naive',
  consistency(scene) {
    const { inputs, geometry, settings } = scene;
    if (settings.gradient === 'stop') return pi.consistency!(scene);
    const one = easyPicture(scene);
    const nothing = tf.zeros<Rank.R4>([
      one.shape[0],
      geometry.heatmap.height,
      geometry.heatmap.width,
      1,
    ]);
    const { picture: two } = studentView(scene, one, nothing);
    return ([network]) => {
      const first = network!(one);
      const second = network!(two);
      const moved = warpWithGradient(first, input2d(inputs, 'hardHeatmapViews'), geometry.heatmap);
      return { loss: agreement(second, moved, settings), student: second, teacher: moved };
    };
  },
};
