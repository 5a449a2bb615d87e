// The prediction stream: people with crops → batches → keypoints, in the order in which they came.
import { bufferCount, concatMap, type Observable } from 'rxjs';
import type { Crop } from '../pose/types.ts';
import type { KeypointPredictor, Prediction } from '../stages/predict.ts';

export interface Predicted<P> extends Pick<Prediction, 'keypoints'> {
  readonly person: P;
  readonly crop: Crop;
}

/** People wait here as small rows; pixels are read a batch at a time, so at most one batch of crops is in memory. */
export function predict$<P extends { readonly cropId: number }>(
  people$: Observable<P>,
  predictor: KeypointPredictor,
  read: (cropId: number) => Promise<Crop>,
): Observable<Predicted<P>> {
  return people$.pipe(
    bufferCount(predictor.batch),
    concatMap(async (people) => {
      const crops = await Promise.all(people.map(({ cropId }) => read(cropId)));
      const predictions = await predictor.predict(crops);
      return people.map((person, i) => ({ ...predictions[i]!, person, crop: crops[i]! }));
    }),
    concatMap((batch) => batch),
  );
}
