// The teacher as a finder of people: where its own keypoints lie when it looks at the whole picture.
import { cropPicture } from '../image/crop.ts';
import { boxFromKeypoints } from '../pose/keypoint-box.ts';
import { personScore } from '../pose/metrics/person-score.ts';
import type { CropSpec } from '../pose/types.ts';
import type { Finder } from './picture.ts';
import type { KeypointPredictor } from './predict.ts';

/**
 * One person a picture at most: a top-down network sees one. Another teacher has another digest and looks anew.
 * @param digest of the teacher's weights, hex
 */
export function teacherFinder(
  predictor: KeypointPredictor,
  { spec, digest }: { readonly spec: CropSpec; readonly digest: string },
): Finder {
  return {
    name: `teacher:${digest}`,
    source: 'teacher',
    async find(picture) {
      const whole = { x: 0, y: 0, ...picture.full };
      const { pixels, cropFromImage } = cropPicture(picture, whole, spec);
      const crop = { id: 0, pixels, size: spec.stored, cropFromImage };
      const [prediction] = await predictor.predict([crop]);
      const { keypoints } = prediction!;
      const box = boxFromKeypoints(keypoints, picture.full);
      return box ? [{ ...box, score: personScore(keypoints) }] : [];
    },
  };
}
