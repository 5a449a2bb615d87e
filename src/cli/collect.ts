// Collects predictions for a file, in the order of paths and boxes, whatever order they came in.
import { personScore } from '../pose/metrics/person-score.ts';
import type { PredictedPerson } from '../pose/types.ts';
import type { Admitted } from '../pipeline/ingest.ts';
import type { Predicted } from '../pipeline/predict.ts';

export interface Collected {
  add(predicted: Pick<Predicted<Admitted<null>>, 'person' | 'keypoints'>): void;
  people(): PredictedPerson[];
}

/** Keeps keypoints, not pictures: some hundred bytes a person. */
export function collectPredictions(): Collected {
  const people: PredictedPerson[] = [];
  return {
    add({ person, keypoints }) {
      const { path, box, size } = person;
      people.push({ path, box, imageSize: size, keypoints, score: personScore(keypoints) });
    },
    people: () =>
      people.toSorted((a, b) => {
        if (a.path !== b.path) return a.path < b.path ? -1 : 1;
        return a.box.x - b.box.x || a.box.y - b.box.y;
      }),
  };
}
