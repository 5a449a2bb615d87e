// Dual (PoseDual in the paper's code, lib/models/pose_dual.py): two networks, each taught by the other, easy to hard.
import { tf } from '../engine/tf.ts';
import { agreement } from './agreement.ts';
import type { Method } from './method.ts';
import { easyPicture, studentView } from './student-view.ts';

/** Both teachers see one easy view; cut-outs are crossed too: a student's follow the heatmaps of its teacher. */
export const dual: Method = {
  name: 'dual',
  regime: 'online',
  networks: 2,
  teacher: 'self',
  views: { easy: 'affine30', hard: 'affine60' },
  consistency(scene) {
    const easy = easyPicture(scene);
    const [taughtByFirst, taughtBySecond] = scene.networks.map((network) => network(easy));
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
  },
};
