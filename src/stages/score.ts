// Scores predictions in labelled boxes: PCK@0.2 of the torso, and OKS-AP.
import { oksAp, type OksScores } from '../pose/metrics/oks-ap.ts';
import { pck } from '../pose/metrics/pck.ts';
import { personScore } from '../pose/metrics/person-score.ts';
import type { Box, Keypoint, PredictedKeypoint, Skeleton } from '../pose/types.ts';

/** What the metrics need of a labelled person. */
export interface Truth {
  readonly keypoints: readonly Keypoint[];
  readonly box: Box;
  readonly area: number;
  /** Groups people of one picture. */
  readonly imageId: number;
}

export interface Scores extends OksScores {
  /** Percent of labelled joints; absent where the skeleton has no torso. */
  readonly pck: number | undefined;
  readonly perJoint: readonly { readonly joint: string; readonly pck: number }[];
  readonly pckProtocol: string;
  readonly apProtocol: string;
  /** Mean height of the peaks. */
  readonly peak: number;
}

/** @param predictions [person][joint], the same people in the same order */
export function score(
  truths: readonly Truth[],
  predictions: readonly (readonly PredictedKeypoint[])[],
  skeleton: Skeleton,
): Scores {
  const oks = oksAp({
    truths: truths.map(({ keypoints, area, box, imageId }) => ({
      ...{ keypoints, area, box, imageId },
      crowd: false,
      unlabelled: false,
    })),
    detections: predictions.map((keypoints, i) => ({
      imageId: truths[i]!.imageId,
      keypoints,
      score: personScore(keypoints),
      box: truths[i]!.box,
    })),
    sigmas: skeleton.sigmas,
    sigmasSource: skeleton.sigmasSource,
  });
  const peaks = predictions.flat();
  return {
    ...oksScores(oks),
    ...torsoPck(truths, predictions, skeleton),
    apProtocol: `${oks.protocol}; labelled boxes, no flip`,
    peak: peaks.reduce((sum, peak) => sum + peak.score, 0) / peaks.length,
  };
}

/** The ten numbers, without the curves behind them. */
function oksScores({
  ap,
  ap50,
  ap75,
  apMedium,
  apLarge,
  ar,
  ar50,
  ar75,
  arMedium,
  arLarge,
}: OksScores): OksScores {
  return { ap, ap50, ap75, apMedium, apLarge, ar, ar50, ar75, arMedium, arLarge };
}

const TORSO = ['left_shoulder', 'right_hip'];

function torsoPck(
  truths: readonly Truth[],
  predictions: readonly (readonly PredictedKeypoint[])[],
  skeleton: Skeleton,
): Pick<Scores, 'pck' | 'perJoint' | 'pckProtocol'> {
  const missing = TORSO.filter((joint) => !skeleton.joints.includes(joint));
  if (missing.length > 0) {
    return {
      pck: undefined,
      perJoint: [],
      pckProtocol: `no PCK: the skeleton has no ${missing.join(', ')}`,
    };
  }
  const result = pck({ truths: truths.map(({ keypoints }) => keypoints), predictions, skeleton });
  return {
    pck: result.pooled,
    perJoint: skeleton.joints.map((joint, i) => ({ joint, pck: result.perJoint[i]! })),
    pckProtocol: `${result.protocol}; labelled boxes, no flip`,
  };
}
