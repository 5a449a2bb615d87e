// DataDistill (Radosavovic et al., CVPR 2018, as the paper's baseline): the fixed labeller's heatmaps are averaged over several views.
import type { Method } from './method.ts';
import { pseudoPose } from './pseudo-pose.ts';

export const dataDistill: Method = { ...pseudoPose, name: 'data-distill', labeller: 'distilled' };
