// Naive consistency: two views of one difficulty must agree, gradient through both. It collapses; kept to show that.
import { jointsMse } from '../models/loss.ts';
import { input2d, input4d } from './inputs.ts';
import { poolInputs, type Method } from './method.ts';
import { drawView, warpWithGradient } from './view.ts';

/** `hardViews` is here a second, independent draw of the easy view; `hardHeatmapViews` maps its heatmap pixels to the first's. */
export const naive: Method = {
  name: 'naive',
  regime: 'online',
  pairing: 'equal',
  inputs: poolInputs,
  consistency(_teacher, inputs, geometry) {
    const view = (name: string) =>
      drawView(input4d(inputs, 'poolCrops'), input2d(inputs, name), geometry);
    const [one, two] = [view('easyViews'), view('hardViews')];
    return (network) => {
      const first = network(one);
      const second = network(two);
      const moved = warpWithGradient(first, input2d(inputs, 'hardHeatmapViews'), geometry.heatmap);
      return { loss: jointsMse(second, moved), student: second, teacher: moved };
    };
  },
};
