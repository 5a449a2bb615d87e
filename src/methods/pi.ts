// The Pi model (Laine & Aila, ICLR 2017): two draws of one difficulty, one network, the gradient through one branch only.
import { singleCached, singleOnline } from './single.ts';
import type { Method } from './method.ts';

export const pi: Method = {
  ...singleOnline,
  name: 'pi',
  views: { easy: 'affine30', hard: 'affine30' },
};

/** Temporal ensembling, of the same paper: the other branch is an average of earlier outputs, which the cache keeps. */
export const temporalEnsembling: Method = {
  ...singleCached,
  name: 'pi',
  views: pi.views,
  targetDecay: 0.6,
};
