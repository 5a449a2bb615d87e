// Dual (PoseDual in the paper's code, lib/models/pose_dual.py): two networks, each taught by the other, easy to hard.
import type { Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import { agreement } from './agreement.ts';
import type { Consistency, Forward, Method, Scene } from './method.ts';
import { input4d } from './inputs.ts';
import { easyPicture, studentView } from './student-view.ts';

/** Both teachers see one easy view. */
export const dualOnline: Method = {
  name: 'dual',
  regime: 'online',
  networks: 2,
  teacher: 'self',
  views: { easy: 'affine30', hard: 'affine60' },
  consistency: (scene) =>
    learnCrosswise(scene, (easy) => scene.networks.map((network) => network(easy))),
};

/** The teachers are a snapshot of both networks: their heatmaps of one stored easy view, one behind the other. */
export const dualCached: Method = {
  ...dualOnline,
  regime: 'cached',
  teacher: 'stored',
  consistency: (scene) =>
    learnCrosswise(scene, () => tf.split(input4d(scene.inputs, 'teacherHeatmaps'), 2, 3)),
};

/** Cut-outs are crossed too: a student's follow the heatmaps of its teacher. */
function learnCrosswise(
  scene: Scene,
  teach: (easy: Tensor4D) => readonly Tensor4D[],
): (students: readonly Forward[]) => Consistency {
  const easy = easyPicture(scene);
  const [taughtByFirst, taughtBySecond] = teach(easy);
  const first = studentView(scene, easy, taughtBySecond!, 0);
  const second = studentView(scene, easy, taughtByFirst!, 1);
  return ([one, two]) => {
    const [h1, h2] = [one!(first.picture), two!(second.picture)];
    return {
      loss: tf.add(
        agreement(h1, first.target, scene.settings),
        agreement(h2, second.target, scene.settings),
      ),
      student: tf.concat([h1, h2], 0),
      teacher: tf.concat([first.target, second.target], 0),
    };
  };
}
