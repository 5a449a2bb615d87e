// Runs a model over folders of pictures: discover → ingest → predict, each person handed on as it comes.
import { concatMap, ignoreElements, lastValueFrom } from 'rxjs';
import { openDatabase } from '../../db/open.ts';
import type { Options } from '../config/options.ts';
import type { Engine } from '../engine/types.ts';
import { createCropReader } from '../stages/recall-crop.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { teacherFinder } from '../stages/teacher-finder.ts';
import { ingest$, type Admitted } from './ingest.ts';
import { listPictures } from './list-pictures.ts';
import { openPredicting, type ExternalOptions, type PredictingModel } from './open-predicting.ts';
import type { Reading } from './open-predictor.ts';
import { predict$, type Predicted } from './predict.ts';
import { openUnlabelled, type UnlabelledPictures } from './unlabelled-pictures.ts';
import { videoSampling } from './video-sampling.ts';

export interface PictureOptions
  extends ExternalOptions, Reading, Pick<Options, 'boxesImages' | 'every' | 'scene'> {
  /** Run folder, model file, FILE.onnx or `movenet`. */
  readonly model: string;
  /** Folders, globs, pictures, @lists. */
  readonly pictures: readonly string[];
  readonly boxes: readonly string[];
  readonly cache: string;
}

export interface PictureHooks {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly onReject: (error: SampleError) => void;
  /** Awaited before the next person: a slow writer slows the stream. */
  readonly onPerson: (
    person: Predicted<Admitted<null>>,
    model: PredictingModel,
  ) => Promise<void> | void;
}

export interface PictureSummary {
  readonly people: number;
  readonly rejected: number;
  readonly withoutBox: number;
  readonly model: PredictingModel;
}

export async function predictPictures(
  { model: where, pictures, boxes, boxesImages, cache, ...options }: PictureOptions,
  { engine, signal, onReject, onPerson }: PictureHooks,
): Promise<PictureSummary> {
  const sampling = videoSampling(options);
  const model = await openPredicting(where, engine, options);
  const { spec, predictor } = model;
  const db = openDatabase(cache);
  let unlabelled: UnlabelledPictures | undefined;
  try {
    const finder = teacherFinder(predictor, model);
    unlabelled = await openUnlabelled(
      { boxes, boxesImages, exclude: [] },
      { teacher: () => finder, threads: options.threads },
    );
    const crops = createCropReader(db, { maxBytes: 64 * 2 ** 20 });
    let people = 0;
    let rejected = 0;
    const reject = (error: SampleError) => {
      rejected += 1;
      onReject(error);
    };
    const paths = listPictures(pictures, { db, signal, onReject: reject });
    const people$ = ingest$(unlabelled.of(paths), {
      ...{ db, spec, signal, sampling, onReject: reject },
      inPlace: engine.takesEveryCore,
    });
    await lastValueFrom(
      predict$(people$, predictor, (id) => crops.read(id), reject).pipe(
        concatMap(async (person) => {
          people += 1;
          await onPerson(person, model);
        }),
        ignoreElements(),
      ),
      { defaultValue: undefined },
    );
    return { people, rejected, withoutBox: unlabelled.counts.withoutBox, model };
  } finally {
    db.close();
    await unlabelled?.dispose();
    await predictor.dispose();
  }
}
