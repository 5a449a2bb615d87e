// Single (PoseCons in the paper's code, lib/models/pose_cons.py): one network teaches itself, from the easy view to the hard one.
import { agreement } from './agreement.ts';
import { input4d } from './inputs.ts';
import type { Forward, Consistency, Method, Scene } from './method.ts';
import { easyPicture, studentView } from './student-view.ts';

/** The teacher is the current network in train mode (batch statistics) on this batch's easy view. */
export const singleOnline: Method = {
  name: 'single',
  regime: 'online',
  networks: 1,
  teacher: 'self',
  views: { easy: 'affine30', hard: 'affine60' },
  consistency: (scene) => learnFrom(scene, ([network], easy) => network!(easy)),
};

/** The teacher is a snapshot: its heatmaps, and the easy view that it saw, come from the target cache. */
export const singleCached: Method = {
  ...singleOnline,
  regime: 'cached',
  teacher: 'stored',
  consistency: (scene) => learnFrom(scene, () => input4d(scene.inputs, 'teacherHeatmaps')),
};

type Teach = (networks: readonly Forward[], easy: ReturnType<Forward>) => ReturnType<Forward>;

/** MSE(f(hard), moved(taught)), with `taught` made by whoever teaches. */
export function learnFrom(
  scene: Scene,
  teach: Teach,
): (students: readonly Forward[]) => Consistency {
  const easy = easyPicture(scene);
  const { picture, target } = studentView(scene, easy, teach(scene.networks, easy));
  return ([student]) => {
    const predicted = student!(picture);
    return {
      loss: agreement(predicted, target, scene.settings),
      student: predicted,
      teacher: target,
    };
  };
}
