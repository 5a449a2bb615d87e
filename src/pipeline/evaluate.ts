// Scores a model on a labelled set: ingests its people, predicts each in its labelled box, and computes the metrics.
import { basename, resolve } from 'node:path';
import { from, lastValueFrom, toArray } from 'rxjs';
import { openDatabase } from '../../db/open.ts';
import { readCocoLabels } from '../formats/coco.ts';
import { imagesInPool } from '../../db/pool-overlap.ts';
import { UsageError } from '../config/resolve.ts';
import type { Engine } from '../engine/types.ts';
import type { LabelSet } from '../formats/label-set.ts';
import { DEFAULT_METRICS, parseMetric } from '../pose/metrics/metric-name.ts';
import type { TruePerson } from '../pose/metrics/oks-match.ts';
import { viewSize } from '../pose/crop-geometry.ts';
import type { PredictedKeypoint, Size, Skeleton } from '../pose/types.ts';
import { createCropReader } from '../stages/recall-crop.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { score, type Scores } from '../stages/score.ts';
import { withSigmas } from '../stages/sigmas.ts';
import { isExternal } from '../stages/read-external.ts';
import { openPredicting, type ExternalOptions } from './open-predicting.ts';
import type { NetworkChoice, Reading } from './open-predictor.ts';
import { predict$ } from './predict.ts';
import { readLabels } from './read-labels.ts';

export interface EvaluationOptions extends ExternalOptions, Reading {
  /** Run folder, model file, FILE.onnx or `movenet`. */
  readonly run: string;
  readonly labels: string;
  readonly images: string;
  readonly cache: string;
  /** By name: see parseMetric. @default DEFAULT_METRICS */
  readonly metrics?: readonly string[];
  /** OKS sigmas: numbers or a JSON file, see withSigmas. @default the published ones of each joint */
  readonly sigmas?: string | undefined;
  /** Of a model with two networks. @default see openModel */
  readonly network?: NetworkChoice | undefined;
}

export interface Evaluation extends Scores {
  readonly people: number;
  /** Crowds and people without labelled joints: ignored, as in pycocotools. */
  readonly ignored: number;
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
  const metrics = (options.metrics ?? DEFAULT_METRICS).map(parseMetric);
  const wanted = isExternal(options.run)
    ? (await readCocoLabels(options.labels)).skeleton
    : undefined;
  const model = await openPredicting(options.run, engine, { ...options, wanted });
  const { spec, predictor, missing } = model;
  const db = openDatabase(options.cache);
  try {
    let rejected = 0;
    const { people, skeleton, labels } = await readLabels(options, {
      db,
      spec,
      onReject(error) {
        rejected += 1;
        onReject(error);
      },
    });
    const expected = model.skeleton.joints.join();
    if (skeleton.joints.join() !== expected) {
      throw new Error(
        `${options.labels} has the joints ${skeleton.joints.join()}; the model predicts ${expected}`,
      );
    }
    const crops = createCropReader(db, { maxBytes: 64 * 2 ** 20 });
    const predicted = await lastValueFrom(
      predict$(from(people), predictor, (id) => crops.read(id), refuse).pipe(toArray()),
      { defaultValue: [] },
    );
    const keypoints: (readonly PredictedKeypoint[])[] = predicted.map((one) => one.keypoints);
    const truths = people.map((person) => ({
      ...person,
      keypoints: person.keypoints.map((joint, i) =>
        missing.includes(skeleton.joints[i]!) ? { ...joint, v: 0 as const } : joint,
      ),
      imageId: person.cocoImageId,
    }));
    const ignored = ignoredPeople(labels);
    return {
      ...score(truths, keypoints, await skeletonToScore(skeleton, options.sigmas), {
        metrics,
        ignored,
        areas: people.map(({ box }) => areaOf(viewSize(box, spec))),
        conditions: `${people.length} people of ${basename(options.labels)} in their labelled boxes x ${spec.boxScale}, ${model.flip === 'none' ? 'no flip' : `flip ${model.flip}`}, decoding ${model.decoding}${missing.length > 0 ? `, without ${missing.join(', ')}, which the network does not know` : ''}`,
      }),
      people: people.length,
      ignored: ignored.length,
      rejected,
      inPool: imagesInPool(
        db,
        resolve(options.run),
        people.map(({ imageId }) => imageId),
      ),
      step: model.step,
    };
  } finally {
    db.close();
    await predictor.dispose();
  }
}

async function skeletonToScore(skeleton: Skeleton, sigmas?: string): Promise<Skeleton> {
  if (sigmas === undefined) return skeleton;
  return withSigmas(skeleton, sigmas).catch((error: unknown) => {
    throw new UsageError((error as Error).message, { cause: error });
  });
}

/** Crowds and people without labelled joints, who take detections without counting. */
function ignoredPeople({ people, skeleton }: LabelSet): TruePerson[] {
  return people
    .filter(({ crowd, keypoints }) => crowd || keypoints === null)
    .map((person) => ({
      ...person,
      keypoints: person.keypoints ?? unlabelled(skeleton),
      unlabelled: person.keypoints === null,
    }));
}

const unlabelled = ({ joints }: Skeleton) => joints.map(() => ({ x: 0, y: 0, v: 0 as const }));

const areaOf = ({ width, height }: Size) => width * height;

/** A score without a person would be another score. */
function refuse(error: SampleError): never {
  throw error;
}
