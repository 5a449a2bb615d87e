// Writes predictions as an array of COCO results, which pycocotools loads.
import { imageIds } from './image-ids.ts';
import type { PredictedPerson } from '../pose/types.ts';

export interface CocoResult {
  readonly image_id: number;
  readonly category_id: number;
  /** x, y, score of each joint. */
  readonly keypoints: readonly number[];
  readonly bbox: readonly [number, number, number, number];
  readonly score: number;
}

/** @param idOf ids of the label file by path; without it pictures are numbered by path, as `annotationsOf` does */
export function resultsOf(
  people: readonly PredictedPerson[],
  idOf: (path: string) => number = numberedByPath(people),
): CocoResult[] {
  return people.map(({ path, box, keypoints, score }) => ({
    image_id: idOf(path),
    category_id: 1,
    keypoints: keypoints.flatMap((joint) => [
      hundredths(joint.x),
      hundredths(joint.y),
      tenThousandths(joint.score),
    ]),
    bbox: [hundredths(box.x), hundredths(box.y), hundredths(box.width), hundredths(box.height)],
    score: tenThousandths(score),
  }));
}

function numberedByPath(people: readonly PredictedPerson[]): (path: string) => number {
  const ids = imageIds(people);
  return (path) => ids.get(path)!;
}

/** Pixels as COCO writes them. */
export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

export function tenThousandths(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
