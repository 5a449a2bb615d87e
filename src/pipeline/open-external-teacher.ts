// Makes an external network the first teacher of a run, or says why it cannot be.
import type { Recipe } from '../config/recipe.ts';
import { UsageError } from '../config/resolve.ts';
import type { Method, MethodSettings } from '../methods/method.ts';
import type { StepGeometry } from '../methods/view.ts';
import { codecNamed } from '../pose/codec.ts';
import type { CropSpec, Skeleton } from '../pose/types.ts';
import { externalTeacher, type ExternalTeacher } from '../stages/external-teacher.ts';
import { isExternal, openExternal, readJointMap } from '../stages/read-external.ts';
import { refuseExternalOptions, type ExternalOptions } from './open-predicting.ts';

export interface ExternalTeacherSetup extends ExternalOptions {
  readonly teacher?: string | undefined;
  readonly method: Method;
  readonly settings: MethodSettings;
  readonly recipe: Recipe;
  readonly spec: CropSpec;
  readonly geometry: StepGeometry;
  readonly skeleton: Skeleton;
}

/** @returns undefined where the teacher is one of ours, or none */
export async function openExternalTeacher(
  setup: ExternalTeacherSetup,
): Promise<ExternalTeacher | undefined> {
  const { teacher, teacherSpec, skeletonMap, method, settings, spec, geometry } = setup;
  if (teacher === undefined || !isExternal(teacher)) {
    refuseExternalOptions(setup);
    return undefined;
  }
  const takesOne = method.labeller !== 'distilled' && method.networks === 1;
  if (method.regime !== 'cached' || !takesOne) {
    throw new UsageError(
      `--teacher ${teacher} needs --regime cached and a method that takes one network's targets of one view, not ${method.name} ${method.regime}`,
    );
  }
  const network = await openExternal(teacher, { spec: teacherSpec, threads: setup.threads });
  try {
    const map = await readJointMap(network.skeleton, skeletonMap, setup.skeleton);
    if (map.missing.length > 0 && !(settings.threshold > 0)) {
      throw new UsageError(
        `--teacher ${teacher} knows nothing about ${map.missing.join(', ')}, and the student would learn that they are nowhere: ` +
          'say in --skeleton-map what they are made from, or give --threshold 0.05, which leaves out targets without a peak',
      );
    }
    const { codec, sigma } = setup.recipe;
    const { heatmap } = geometry;
    return externalTeacher({ network, map, spec, heatmap, codec: codecNamed(codec), sigma });
  } catch (error) {
    await network.dispose();
    throw error;
  }
}
