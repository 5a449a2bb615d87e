// The labelled sample: a crop with its keypoints.
import type { Keypoint } from '../pose/types.ts';

export interface LabelledSample {
  readonly cropId: number;
  /** Pixels of the upright picture, one a joint. */
  readonly keypoints: readonly Keypoint[];
}
