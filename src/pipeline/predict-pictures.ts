// Runs a model over folders of pictures: discover → ingest → predict, each person handed on as it comes.
import { concatMap, ignoreElements, lastValueFrom } from 'rxjs';
import { openDatabase } from '../../db/open.ts';
import type { Engine } from '../engine/types.ts';
import type { Model } from '../stages/model-file.ts';
import { createCropReader } from '../stages/recall-crop.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { ingest$, type Admitted } from './ingest.ts';
import { listPictures } from './list-pictures.ts';
import { openModel } from './open-predictor.ts';
import { predict$, type Predicted } from './predict.ts';
import { openUnlabelled } from './unlabelled-pictures.ts';

export interface PictureOptions {
  /** Run folder or model file. */
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
  readonly onPerson: (person: Predicted<Admitted<null>>, model: Model) => Promise<void> | void;
}

export interface PictureSummary {
  readonly people: number;
  readonly rejected: number;
  readonly withoutBox: number;
  readonly model: Model;
}

export async function predictPictures(
  { model: where, pictures, boxes, cache }: PictureOptions,
  { engine, signal, onReject, onPerson }: PictureHooks,
): Promise<PictureSummary> {
  const { model, spec, predictor } = await openModel(where, engine);
  const db = openDatabase(cache);
  try {
    const unlabelled = await openUnlabelled({ boxes, exclude: [] });
    const crops = createCropReader(db, { maxBytes: 64 * 2 ** 20 });
    let people = 0;
    let rejected = 0;
    const reject = (error: SampleError) => {
      rejected += 1;
      onReject(error);
    };
    const paths = listPictures(pictures, { db, signal, onReject: reject });
    const people$ = ingest$(unlabelled.of(paths), { db, spec, signal, onReject: reject });
    await lastValueFrom(
      predict$(people$, predictor, (id) => crops.read(id)).pipe(
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
    await predictor.dispose();
  }
}
