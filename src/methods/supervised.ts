// The baseline: labelled pictures only.
import type { Method } from './method.ts';

export const supervised: Method = {
  name: 'supervised',
  regime: 'online',
  pairing: 'easy-hard',
  inputs: () => ({}),
};
