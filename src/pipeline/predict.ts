// The prediction stream: people with crops → batches → keypoints, in the order in which they came.
import { bufferCount, concatMap, type Observable } from 'rxjs';
import type { Crop } from '../pose/types.ts';
import type { KeypointPredictor, Prediction } from '../stages/predict.ts';
import { readCropsOf } from '../stages/read-crops.ts';
import type { SampleError } from '../stages/sample-error.ts';

export interface Predicted<P> extends Pick<Prediction, 'keypoints'> {
  readonly person: P;
  readonly crop: Crop;
}

/** A person whose crop is damaged goes to `onReject`. People wait here as small rows; pixels are read a batch at a time, so at most one batch of crops is in memory. */
export function predict$<P extends { readonly cropId: number }>(
  people$: Observable<P>,
  predictor: KeypointPredictor,
  read: (cropId: number) => Promise<Crop>,
  onReject: (error: SampleError) => void,
): Observable<Predicted<P>> {
  return people$.pipe(
    bufferCount(predictor.batch),
    concatMap(async (people) => {
      const found = await readCropsOf(people, read, onReject);
      if (found.length === 0) return [];
      const predictions = await predictor.predict(found.map(({ crop }) => crop));
      return found.map(({ person, crop }, i) => ({ ...predictions[i]!, person, crop }));
    }),
    concatMap((batch) => batch),
  );
}
