// Mean teacher (Tarvainen & Valpola, NIPS 2017): the teacher's weights are an average of the student's past ones.
import { learnFrom, singleCached } from './single.ts';
import type { Method } from './method.ts';

export const meanTeacher: Method = {
  name: 'mean-teacher',
  regime: 'online',
  networks: 1,
  teacher: 'average',
  views: { easy: 'affine30', hard: 'affine60' },
  consistency: (scene) => learnFrom(scene, (_networks, easy) => scene.average(easy)),
};

/** Its snapshots are of the averaged weights. */
export const meanTeacherCached: Method = {
  ...singleCached,
  name: 'mean-teacher',
  publishesAverage: true,
};
