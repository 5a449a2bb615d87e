// Labels folders of pictures into the target cache: discover → ingest → claim → teach, with whoever else is at it.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  bufferCount,
  concat,
  concatMap,
  defer,
  ignoreElements,
  lastValueFrom,
  type Observable,
} from 'rxjs';
import { renewClaims, type Claimant } from '../../db/claims.ts';
import type { TargetCodec } from '../../db/codecs/codec.ts';
import { openDatabase, type Database } from '../../db/open.ts';
import { isBusy, retryBusy } from '../../db/retry.ts';
import { addTeacher } from '../../db/runs.ts';
import type { Engine } from '../engine/types.ts';
import { createLabeller, type Labeller, type LabelledPerson } from '../stages/label.ts';
import type { Model } from '../stages/model-file.ts';
import { createKeypointReader } from '../stages/predict.ts';
import { createCropReader } from '../stages/recall-crop.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { digestOfSpec } from '../stages/spec-digest.ts';
import { teacherFinder } from '../stages/teacher-finder.ts';
import { ingest$, type Admitted } from './ingest.ts';
import { listPictures } from './list-pictures.ts';
import { openModel } from './open-predictor.ts';
import { openUnlabelled } from './unlabelled-pictures.ts';

export interface LabelOptions {
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
  { teacher, pictures, boxes, cache, targetCodec, lease }: LabelOptions,
  { engine, signal, onReject, onPerson, onProgress }: LabelHooks,
): Promise<LabelSummary> {
  // Of a model with two networks, the one whose digest names the targets and that --teacher takes.
  const { model, recipe, spec, predictor } = await openModel(teacher, engine, 'first');
  const { card, digest, file } = model;
  const joints = card.skeleton.joints.length;
  const db = openDatabase(cache);
  const claimant = { owner: `${process.pid} ${randomUUID()}`, lease: 1000 * lease };
  const stopRenewing = renew(db, claimant);
  try {
    await retryBusy(() => {
      addTeacher(db, { digest, step: card.step, file });
    });
    const unlabelled = await openUnlabelled(
      { boxes, exclude: [] },
      { openTeacher: () => Promise.resolve(teacherFinder(predictor, { spec, digest })) },
    );
    const crops = createCropReader(db, { maxBytes: 64 * 2 ** 20 });
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
      keypoints:
        onPerson && createKeypointReader({ geometry: recipe, spec, joints, decode: recipe.decode }),
      count: (name, by) => (counts[name] = (counts[name] ?? 0) + by),
      pause: () => sleep(250, undefined, { signal }).catch(() => undefined),
      signal,
    });
    let people = 0;
    const paths = listPictures(pictures, { db, signal, onReject: reject });
    const people$ = ingest$(unlabelled.of(paths), { db, spec, signal, onReject: reject });
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
      concatMap((people) => labeller.add(people)),
      concatMap((done) => done),
    ),
    defer(() => labeller.finish()),
  );
}

/** Keeps the claims alive while the engine is at work; a busy database is asked again a third of a lease later. */
function renew(db: Database, claimant: Claimant): () => void {
  const timer = setInterval(() => {
    try {
      renewClaims(db, claimant);
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
  }, claimant.lease / 3);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
