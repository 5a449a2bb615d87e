// Writes pseudo-labels as COCO annotations, so that any tool that reads COCO keypoints can train on them or correct them.
import type { PredictedKeypoint, PredictedPerson, Skeleton } from '../pose/types.ts';
import { hundredths, tenThousandths } from './coco-results.ts';
import { imageIds } from './image-ids.ts';

/** Where labels come from: teacher digest, step, config digest, version of the tool, time. Stands in `info`. */
export type Provenance = Readonly<Record<string, string | number | boolean | null>>;

export interface AnnotationsOptions {
  readonly skeleton: Skeleton;
  readonly provenance: Provenance;
  /** Joints below it, and those without any peak, are written as not labelled (0, 0, 0); their place and peak stay in `predicted_keypoints`. @default 0 */
  readonly minScore?: number;
}

/** A COCO document (plain data, ready for JSON): images numbered by path, annotations in the order of `people`. */
export function annotationsOf(people: readonly PredictedPerson[], options: AnnotationsOptions) {
  const { skeleton, provenance, minScore = 0 } = options;
  const ids = imageIds(people);
  const sizes = new Map(people.map(({ path, imageSize }) => [path, imageSize]));
  return {
    info: { description: 'Pseudo-labels by heatstream', ...provenance },
    licenses: [],
    images: [...ids].map(([path, id]) => ({
      id,
      file_name: path,
      width: sizes.get(path)!.width,
      height: sizes.get(path)!.height,
    })),
    annotations: people.map(({ path, box, keypoints, score }, i) => {
      const isLabelled = ({ score: peak }: PredictedKeypoint) => peak > 0 && peak >= minScore;
      const bbox = [box.x, box.y, box.width, box.height].map(hundredths);
      return {
        id: i + 1,
        image_id: ids.get(path)!,
        category_id: 1,
        iscrowd: 0,
        bbox,
        area: hundredths(bbox[2]! * bbox[3]!),
        num_keypoints: keypoints.filter(isLabelled).length,
        keypoints: keypoints.flatMap((joint) =>
          isLabelled(joint) ? [hundredths(joint.x), hundredths(joint.y), 2] : [0, 0, 0],
        ),
        predicted_keypoints: keypoints.flatMap((joint) => [
          hundredths(joint.x),
          hundredths(joint.y),
          tenThousandths(joint.score),
        ]),
        score: tenThousandths(score),
      };
    }),
    categories: [
      {
        id: 1,
        name: 'person',
        supercategory: 'person',
        keypoints: skeleton.joints,
        // COCO counts joints from 1.
        skeleton: skeleton.edges.map(([a, b]) => [a + 1, b + 1]),
      },
    ],
  };
}
