// The baseline: labelled pictures only.
import type { Method } from './method.ts';

export const supervised: Method = {
  name: 'supervised',
  regime: 'online',
  networks: 1,
  teacher: 'self',
  views: { easy: 'affine30', hard: 'affine60' },
};
