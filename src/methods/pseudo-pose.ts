// PseudoPose: a supervised network labels every picture once, on its canonical view; the new network learns those heatmaps as they are.
import { singleCached } from './single.ts';
import type { Method } from './method.ts';

export const pseudoPose: Method = {
  ...singleCached,
  name: 'pseudo-pose',
  labeller: 'fixed',
  views: { easy: 'original', hard: 'affine30' },
};
