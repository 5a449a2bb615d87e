// Scores a model on a labelled set: ingests its people, predicts each in its labelled box, and computes PCK and OKS-AP.
import { resolve } from 'node:path';
import { from, lastValueFrom, toArray } from 'rxjs';
import { openDatabase } from '../../db/open.ts';
import { imagesInPool } from '../../db/pool-overlap.ts';
import type { Engine } from '../engine/types.ts';
import type { PredictedKeypoint } from '../pose/types.ts';
import { createCropReader } from '../stages/recall-crop.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { score, type Scores } from '../stages/score.ts';
import { openModel } from './open-predictor.ts';
import { predict$ } from './predict.ts';
import { readLabels } from './read-labels.ts';

export interface EvaluationOptions {
  /** Run folder or model file. */
  readonly run: string;
  readonly labels: string;
  readonly images: string;
  readonly cache: string;
}

export interface Evaluation extends Scores {
  readonly people: number;
  readonly rejected: number;
  /** Pictures of this set that the run trained on as unlabelled ones. */
  readonly inPool: number;
  readonly step: number;
}

export async function evaluate(
  options: EvaluationOptions,
  engine: Engine,
  onReject: (error: SampleError) => void,
): Promise<Evaluation> {
  const { model, spec, predictor } = await openModel(options.run, engine);
  const db = openDatabase(options.cache);
  try {
    let rejected = 0;
    const { people, skeleton } = await readLabels(options, {
      db,
      spec,
      onReject(error) {
        rejected += 1;
        onReject(error);
      },
    });
    const expected = model.card.skeleton.joints.join();
    if (skeleton.joints.join() !== expected) {
      throw new Error(
        `${options.labels} has the joints ${skeleton.joints.join()}; the model predicts ${expected}`,
      );
    }
    const crops = createCropReader(db, { maxBytes: 64 * 2 ** 20 });
    const predicted = await lastValueFrom(
      predict$(from(people), predictor, (id) => crops.read(id)).pipe(toArray()),
      { defaultValue: [] },
    );
    const keypoints: (readonly PredictedKeypoint[])[] = predicted.map((one) => one.keypoints);
    return {
      ...score(people, keypoints, model.card.skeleton),
      people: people.length,
      rejected,
      inPool: imagesInPool(
        db,
        resolve(options.run),
        people.map(({ imageId }) => imageId),
      ),
      step: model.card.step,
    };
  } finally {
    db.close();
    await predictor.dispose();
  }
}
