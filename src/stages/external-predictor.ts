// Predicts with an external network: crops that were cut for it in, keypoints of the wanted skeleton out.
import type { ExternalNetwork } from '../models/external/external-network.ts';
import { apply, invert } from '../pose/affine.ts';
import { mapKeypoints, type JointMap } from '../pose/joint-map.ts';
import type { CropSpec } from '../pose/types.ts';
import type { KeypointPredictor } from './predict.ts';

/** Crops that hold what the network is shown, and nothing more. */
export function externalCropSpec(network: ExternalNetwork): CropSpec {
  const { input, boxScale, origin, fill } = network;
  const margin = { width: 1, height: 1 };
  return { input, boxScale, margin, stored: input, padding: 'zero', origin, fill };
}

/** @param map from the network's joints; one that it knows nothing about is at (0, 0) with score 0 */
export function externalPredictor(network: ExternalNetwork, map: JointMap): KeypointPredictor {
  return {
    batch: network.batch,
    async predict(crops) {
      const sights = await network.look(crops.map(({ pixels }) => pixels));
      return crops.map(({ cropFromImage }, i) => {
        const imageFromInput = invert(cropFromImage);
        const seen = sights[i]!.keypoints.map((joint) => ({
          ...apply(imageFromInput, joint),
          score: joint.score,
        }));
        return { keypoints: mapKeypoints(map, seen) };
      });
    },
    dispose: () => network.dispose(),
  };
}
