// Measures views with a trained network on labelled people, before anything is trained with them.
import { openDatabase } from '../../db/open.ts';
import { viewPair, type ViewPair } from '../augment/view-pair.ts';
import { cropSpec } from '../config/recipe.ts';
import { UsageError } from '../config/resolve.ts';
import type { Engine, StateArrays } from '../engine/types.ts';
import { PAPER } from '../methods/method.ts';
import { createNetwork } from '../models/network.ts';
import type { Crop } from '../pose/types.ts';
import { judgePair, type Verdict } from '../stages/judge-pair.ts';
import {
  compileViews,
  measureViews,
  type LabelledBody,
  type MeasureOptions,
  type ViewGap,
} from '../stages/measure-views.ts';
import { loadModel, type Model } from '../stages/model-file.ts';
import { createCropReader } from '../stages/recall-crop.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { recipeOf } from './open-predictor.ts';
import { readLabels } from './read-labels.ts';

/** The poster's table of easy and hard views. */
export const POSTER_PAIRS = [
  ['affine30', 'affine30'],
  ['affine60', 'affine60'],
  ['original', 'affine60'],
  ['affine30', 'affine60'],
  ['affine60', 'affine60+joint-cutout5'],
] as const;

/** Times that every person is drawn, and crops a call. */
const DRAWS = 8;
const BATCH = 32;

export interface PreflightOptions {
  /** Run folder or file of a supervised model. */
  readonly run: string;
  readonly labels: string;
  readonly images: string;
  readonly cache: string;
  readonly limitLabels?: number | undefined;
  readonly seed: number;
  /** [teacher's view, student's view] */
  readonly pairs: readonly (readonly [string, string])[];
}

export interface MeasuredPair extends ViewGap {
  readonly easyView: string;
  readonly hardView: string;
  readonly verdict: Verdict;
}

export interface Preflight {
  readonly people: number;
  /** From easy to hard; `drop` in percentage points below the picture as it is. */
  readonly views: readonly {
    readonly view: string;
    readonly accuracy: number;
    readonly drop: number;
    readonly error: number;
  }[];
  readonly pairs: readonly MeasuredPair[];
}

export async function preflight(
  options: PreflightOptions,
  engine: Engine,
  onReject: (error: SampleError) => void,
): Promise<Preflight> {
  const model = await loadModel(options.run);
  const recipe = recipeOf(model);
  const spec = cropSpec(recipe, model.card.padding);
  const pairs = options.pairs.map(([easy, hard]) => pairOf(easy, hard));
  const db = openDatabase(options.cache);
  try {
    const { seed, limitLabels } = options;
    const limit = limitLabels === undefined ? {} : { limit: { count: limitLabels, seed } };
    const { people, skeleton } = await readLabels({ ...options, ...limit }, { db, spec, onReject });
    if (skeleton.joints.join() !== model.card.skeleton.joints.join()) {
      throw new UsageError(
        `${options.labels} has the joints ${skeleton.joints.join()}; the model predicts ${model.card.skeleton.joints.join()}`,
      );
    }
    const crops = createCropReader(db, { maxBytes: 64 * 2 ** 20 });
    const gauge = await openGauge(engine, model, people, { seed, draws: DRAWS }, (id) =>
      crops.read(id),
    );
    try {
      const names = new Set(pairs.flatMap(({ easy, hard }) => [easy.name, hard.name]));
      names.delete('original');
      const views = [];
      for (const view of names) {
        const measured = await gauge.measure(pairOf('original', view));
        views.push({ view, accuracy: measured.hard, drop: measured.gap, error: measured.error });
        if (views.length === names.size) {
          views.push({ view: 'original', accuracy: measured.easy, drop: 0, error: 0 });
        }
      }
      const judged = [];
      for (const pair of pairs) judged.push(await gauge.judge(pair));
      return {
        people: people.length,
        views: views.sort((a, b) => a.drop - b.drop),
        pairs: judged,
      };
    } finally {
      await gauge.dispose();
    }
  } finally {
    db.close();
  }
}

function pairOf(easy: string, hard: string): ViewPair {
  try {
    return viewPair(easy, hard);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

export interface Gauge {
  measure(views: ViewPair): Promise<ViewGap>;
  judge(views: ViewPair): Promise<MeasuredPair>;
  dispose(): Promise<void>;
}

/** A network ready to be shown views of these people. */
export async function openGauge(
  engine: Engine,
  model: Model,
  bodies: readonly LabelledBody[],
  { seed, draws }: { readonly seed: number; readonly draws: number },
  read: (cropId: number) => Promise<Crop>,
): Promise<Gauge> {
  const { card, weights } = model;
  const recipe = recipeOf(model);
  const { skeleton } = card;
  const session = await engine.open(
    Object.fromEntries(
      Object.entries<StateArrays[string]>(weights).map(([name, array]) => [`net.${name}`, array]),
    ),
  );
  const optionsFor = (views: ViewPair): MeasureOptions => ({
    network: createNetwork(card.model, skeleton.joints.length),
    geometry: recipe,
    settings: { ...PAPER, align: recipe.decode.align ?? recipe.origin, views },
    spec: cropSpec(recipe, card.padding),
    skeleton,
    decode: recipe.decode,
    batch: BATCH,
    seed,
  });
  const measure = async (views: ViewPair) => {
    const options = optionsFor(views);
    return measureViews(await compileViews(session, options), options, bodies, draws, read);
  };
  return {
    measure,
    async judge(views) {
      const gap = await measure(views);
      const { easy, hard } = views;
      return { ...gap, easyView: easy.name, hardView: hard.name, verdict: judgePair(views, gap) };
    },
    dispose: () => session.dispose(),
  };
}
