// Before a run: its views are tried on a baseline where it has one, and a pair that teaches nothing is refused.
import { UsageError } from '../config/resolve.ts';
import type { Engine } from '../engine/types.ts';
import type { Skeleton, Crop } from '../pose/types.ts';
import type { LabelledBody } from '../stages/measure-views.ts';
import { loadModel, type Model } from '../stages/model-file.ts';
import { openGauge } from './preflight.ts';
import type { TrainingSetup } from './training-setup.ts';

/** People that views are tried on at most. */
const PEOPLE = 100;
/** Times that each is drawn. */
const DRAWS = 2;

export interface ViewCheck {
  readonly setup: TrainingSetup;
  readonly engine: Engine;
  readonly skeleton: Skeleton;
  readonly bodies: readonly LabelledBody[];
  readonly read: (cropId: number) => Promise<Crop>;
  readonly onNotice: (line: string) => void;
}

/** @throws UsageError where the student's view is no harder than the teacher's, unless the options force it */
export async function checkViews(check: ViewCheck): Promise<void> {
  const { setup, engine, bodies, read, onNotice } = check;
  const { options, settings, method } = setup;
  // A fixed labeller's heatmaps cannot be talked down.
  if (!setup.usesPool || method.labeller) return;
  const baseline = await baselineOf(check);
  if (!baseline) return;
  const key = { seed: options.seed, draws: DRAWS };
  const gauge = await openGauge(engine, baseline, bodies.slice(0, PEOPLE), key, read);
  try {
    const { easyView, hardView, gap, error, verdict } = await gauge.judge(settings.views);
    const found = `${easyView} → ${hardView}: PCK@0.2 of the baseline falls by ${gap.toFixed(1)} ± ${error.toFixed(1)}`;
    if (verdict === 'easy to hard' || verdict === 'unclear') {
      const doubt = ': too little to tell whether the pair teaches anything';
      onNotice(`views ${found}${verdict === 'unclear' ? doubt : ''}`);
      return;
    }
    const problem = `views ${found}: the student's view is ${verdict === 'equal' ? 'no harder than' : 'easier than'} the teacher's, so its heatmaps would go flat`;
    if (!options.force) {
      throw new UsageError(
        `${problem}; name a harder --hard (heatstream preflight ${options.teacher ?? options.init[0] ?? ''} orders views), or --force`,
      );
    }
    onNotice(`${problem}; going on by --force`);
  } finally {
    await gauge.dispose();
  }
}

/** A model of this run's joints and recipe, given as teacher or to start from; none in files of other programs. */
async function baselineOf({ setup, skeleton }: ViewCheck): Promise<Model | undefined> {
  const { options } = setup;
  const where = options.teacher ?? options.init[0];
  if (where === undefined) return undefined;
  let model: Model;
  try {
    model = await loadModel(where);
  } catch {
    // Whatever is wrong with it is said when training starts from it.
    return undefined;
  }
  const fits =
    model.card.recipe === options.recipe &&
    model.card.skeleton.joints.join() === skeleton.joints.join();
  return fits ? model : undefined;
}
