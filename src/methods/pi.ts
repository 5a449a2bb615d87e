// The Pi model (Laine & Aila, ICLR 2017): two draws of one difficulty, one network, the gradient through one branch only.
import { singleOnline } from './single.ts';
import type { Method } from './method.ts';

export const pi: Method = {
  ...singleOnline,
  name: 'pi',
  views: { easy: 'affine30', hard: 'affine30' },
};
