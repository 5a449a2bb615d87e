// Labels folders of pictures into the target cache: discover → ingest → claim → teach, with whoever else is at it.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  bufferCount,
  concat,
  concatMap,
  defer,
  from,
  ignoreElements,
  lastValueFrom,
  type Observable,
} from 'rxjs';
import { renewClaims, type Claimant } from '../../db/claims.ts';
import type { TargetCodec } from '../../db/codecs/codec.ts';
import { sqliteCode } from '../../db/error.ts';
import { openDatabase, type Database } from '../../db/open.ts';
import { retryBusy } from '../../db/retry.ts';
import { addTeacher } from '../../db/runs.ts';
import type { Options } from '../config/options.ts';
import type { Engine } from '../engine/types.ts';
import { createLabeller, type Labeller, type LabelledPerson } from '../stages/label.ts';
import type { Model } from '../stages/model-file.ts';
import { createKeypointReader } from '../stages/predict.ts';
import { createCropReader } from '../stages/recall-crop.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { digestOfSpec } from '../stages/spec-digest.ts';
import { teacherFinder } from '../stages/teacher-finder.ts';
import { ingest$, type Admitted } from './ingest.ts';
import { inOrder } from './in-order.ts';
import { listPictures } from './list-pictures.ts';
import { openModel } from './open-predictor.ts';
import { openUnlabelled, type UnlabelledPictures } from './unlabelled-pictures.ts';
import { videoSampling } from './video-sampling.ts';

/** Batches that the network is at beside each other. */
const LANES = 2;

export interface LabelOptions extends Pick<Options, 'boxesImages' | 'every' | 'scene' | 'threads'> {
  /** Run folder or model file. */
  readonly teacher: string;
  /** Folders, globs, pictures, @lists. */
  readonly pictures: readonly string[];
  readonly boxes: readonly string[];
  readonly cache: string;
  readonly targetCodec: TargetCodec;
  /** A claim that is not renewed for so long is void, seconds. */
  readonly lease: number;
}

export interface LabelHooks {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly onReject: (error: SampleError) => void;
  /** Gets the keypoints of each person; left out, nobody computes those of targets that are there already. */
  readonly onPerson?: ((person: LabelledPerson<Admitted<null>>) => void) | undefined;
  /** How many people are done, whenever more are. */
  readonly onProgress?: (people: number) => void;
}

export interface LabelSummary {
  /** Whose target is in the cache now. */
  readonly people: number;
  /** Of them: taught by this call. */
  readonly taught: number;
  readonly rejected: number;
  readonly withoutBox: number;
  readonly model: Model;
}

export async function labelPictures(
  { teacher, pictures, cache, targetCodec, lease, ...options }: LabelOptions,
  { engine, signal, onReject, onPerson, onProgress }: LabelHooks,
): Promise<LabelSummary> {
  const sampling = videoSampling(options);
  // Of a model with two networks, the one whose digest names the targets and that --teacher takes.
  const { model, recipe, spec, predictor } = await openModel(teacher, engine, 'first', {
    lanes: LANES,
  });
  const { card, digest, file } = model;
  const joints = card.skeleton.joints.length;
  const db = openDatabase(cache);
  const claimant = { owner: `${process.pid} ${randomUUID()}`, lease: 1000 * lease };
  const stopRenewing = renew(db, claimant);
  let unlabelled: UnlabelledPictures | undefined;
  try {
    await retryBusy(() => {
      addTeacher(db, { digest, step: card.step, file });
    });
    const finder = teacherFinder(predictor, { spec, digest });
    unlabelled = await openUnlabelled(
      { ...options, exclude: [] },
      { teacher: () => finder, threads: options.threads },
    );
    // Each is looked at once.
    const crops = createCropReader(db, { maxBytes: 0 });
    const counts: Record<string, number> = {};
    let rejected = 0;
    const reject = (error: SampleError) => {
      rejected += 1;
      onReject(error);
    };
    const labeller = createLabeller<Admitted<null>>({
      db,
      predictor,
      set: {
        ...{ teacher: digest, bn: 'running', view: 'canonical', codec: targetCodec },
        preprocessing: digestOfSpec(spec).digest,
        sigma: targetCodec === 'keypoints' ? recipe.sigma : 0,
        ...{ heatmap: recipe.heatmap, joints },
      },
      step: card.step,
      claimant,
      read: (id) => crops.read(id),
      onReject: reject,
      keypoints:
        onPerson && createKeypointReader({ geometry: recipe, spec, joints, decode: recipe.decode }),
      count: (name, by) => (counts[name] = (counts[name] ?? 0) + by),
      pause: () => sleep(250, undefined, { signal }).catch(() => undefined),
      signal,
    });
    let people = 0;
    const paths = listPictures(pictures, { db, signal, onReject: reject });
    const people$ = ingest$(unlabelled.of(paths), {
      ...{ db, spec, signal, sampling, onReject: reject },
      inPlace: engine.takesEveryCore,
    });
    await lastValueFrom(
      label$(people$, labeller).pipe(
        concatMap((labelled) => {
          people += 1;
          onPerson?.(labelled);
          onProgress?.(people);
          return [];
        }),
        ignoreElements(),
      ),
      { defaultValue: undefined },
    );
    const { withoutBox } = unlabelled.counts;
    return { people, taught: counts['targets_taught'] ?? 0, rejected, withoutBox, model };
  } finally {
    stopRenewing();
    db.close();
    await unlabelled?.dispose();
    await predictor.dispose();
  }
}

/** Emits each person once whose target is in the cache. People wait as small rows; crops are read a batch at a time. */
export function label$<P>(
  people$: Observable<P>,
  labeller: Labeller<P>,
): Observable<LabelledPerson<P>> {
  return concat(
    people$.pipe(
      bufferCount(labeller.batch),
      // Two a lane: while one batch is being written, the lane is at its next.
      inOrder(
        (people) => from(labeller.add(people)).pipe(concatMap((done) => done)),
        2 * labeller.lanes,
      ),
    ),
    defer(() => labeller.finish()),
  );
}

/**
 * Keeps the claims alive while the engine is at work. Where the database cannot be written now, the claims are renewed a
 * third of a lease later, or lapse: then another labeller repeats the work. What is wrong with it, the next write tells.
 */
function renew(db: Database, claimant: Claimant): () => void {
  const timer = setInterval(() => {
    try {
      renewClaims(db, claimant);
    } catch (error) {
      if (!sqliteCode(error)) throw error;
    }
  }, claimant.lease / 3);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
