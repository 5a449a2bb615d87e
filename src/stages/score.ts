// Scores predictions in labelled boxes: PCK, AUC, EPE and OKS-AP, each with its protocol.
import { measure, type Measured } from '../pose/metrics/measure.ts';
import { DEFAULT_METRICS, parseMetric, type MetricName } from '../pose/metrics/metric-name.ts';
import { oksAp, type OksApResult, type OksScores } from '../pose/metrics/oks-ap.ts';
import type { TruePerson } from '../pose/metrics/oks-match.ts';
import { oksNms, type NmsPerson } from '../pose/metrics/oks-nms.ts';
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
  /** The metrics that were asked for, in their order. */
  readonly metrics: readonly Measured[];
  /** PCK@0.2 of the torso, percent of labelled joints; absent where the skeleton has no torso. */
  readonly pck: number | undefined;
  readonly perJoint: readonly {
    readonly joint: string;
    /** Labelled ones. */
    readonly count: number;
    /** PCK@0.2 of the torso; null where none is labelled. */
    readonly pck: number | null;
  }[];
  readonly pckProtocol: string;
  readonly apProtocol: string;
  /** Mean height of the peaks, of joints that are labelled on anyone. */
  readonly peak: number;
}

export interface ScoreOptions {
  /** By name: see parseMetric. @default pck@0.2, auc@0.5, epe, oks */
  readonly metrics?: readonly MetricName[];
  /** How the predictions came about, in words: boxes, flip test, decoding, split. Ends every protocol. */
  readonly conditions?: string;
  /** Crowds and people without labelled joints: they count for nothing, but take detections. @default none */
  readonly ignored?: readonly TruePerson[];
  /**
   * Square pixels of the picture that each person was seen in. Where given, OKS-AP is of what OKS-NMS leaves of them: of two
   * predictions on one picture that are more alike than 0.9, the surer. @default all count
   */
  readonly areas?: readonly number[] | undefined;
}

const NMS_THRESHOLD = 0.9;

/** @param predictions [person][joint], the same people in the same order */
export function score(
  truths: readonly Truth[],
  predictions: readonly (readonly PredictedKeypoint[])[],
  skeleton: Skeleton,
  options: ScoreOptions = {},
): Scores {
  const { metrics = DEFAULT_METRICS.map(parseMetric), ignored = [] } = options;
  const { conditions = 'labelled boxes' } = options;
  const inFull = (protocol: string) => `${protocol}; ${conditions}`;
  const detections = predictions.map((keypoints, i) => ({
    ...{ imageId: truths[i]!.imageId, box: truths[i]!.box },
    ...{ keypoints, score: personScore(keypoints), area: options.areas?.[i] ?? 0 },
  }));
  const oks = oksAp({
    truths: [...truths.map((truth) => ({ ...truth, crowd: false, unlabelled: false })), ...ignored],
    detections: options.areas ? withoutDoubles(detections, skeleton) : detections,
    sigmas: skeleton.sigmas,
    sigmasSource: skeleton.sigmasSource + (options.areas ? `; OKS-NMS ${NMS_THRESHOLD}` : ''),
  });
  const data = {
    truths: truths.map(({ keypoints }) => keypoints),
    boxes: truths.map(({ box }) => box),
    predictions,
    skeleton,
  };
  const measured = (metric: MetricName): Measured[] =>
    metric.kind === 'oks' ? oksNumbers(oks) : [measure({ ...metric, kind: metric.kind }, data)];
  const torso = measure({ kind: 'pck', reference: 'torso', threshold: 0.2 }, data);
  const counts = skeleton.joints.map(
    (_, joint) => truths.filter(({ keypoints }) => keypoints[joint]!.v > 0).length,
  );
  const peaks = predictions.flatMap((person) => person.filter((_, joint) => counts[joint]! > 0));
  return {
    ...oksScores(oks),
    metrics: metrics.flatMap(measured).map((one) => ({ ...one, protocol: inFull(one.protocol) })),
    pck: torso.value,
    perJoint: skeleton.joints.map((joint, i) => ({
      joint,
      count: counts[i]!,
      pck: finite(torso.perJoint?.[i]),
    })),
    pckProtocol: inFull(torso.protocol),
    apProtocol: inFull(oks.protocol),
    peak: peaks.reduce((sum, peak) => sum + peak.score, 0) / peaks.length,
  };
}

/** Suppressed picture by picture. Source: `evaluate` of lib/dataset/coco.py in xierc/Semi_Human_Pose. */
function withoutDoubles<T extends NmsPerson & { readonly imageId: number }>(
  people: readonly T[],
  { sigmas }: Skeleton,
): T[] {
  const pictures = Map.groupBy(people, ({ imageId }) => imageId);
  return [...pictures.values()].flatMap((group) =>
    oksNms(group, { sigmas, threshold: NMS_THRESHOLD }).map((i) => group[i]!),
  );
}

const OKS_NAMES = {
  ...{ ap: 'AP', ap50: 'AP50', ap75: 'AP75', apMedium: 'AP medium', apLarge: 'AP large' },
  ...{ ar: 'AR', ar50: 'AR50', ar75: 'AR75', arMedium: 'AR medium', arLarge: 'AR large' },
} satisfies Record<keyof OksScores, string>;
const OKS_KEYS = Object.keys(OKS_NAMES) as (keyof OksScores)[];

function oksNumbers(oks: OksApResult): Measured[] {
  return OKS_KEYS.map((key) => ({
    name: OKS_NAMES[key],
    value: oks[key] === -1 ? undefined : 100 * oks[key],
    unit: '%',
    protocol: oks.protocol,
  }));
}

/** The ten numbers, without the curves behind them. */
function oksScores(oks: OksApResult): OksScores {
  return Object.fromEntries(OKS_KEYS.map((key) => [key, oks[key]])) as unknown as OksScores;
}

const finite = (value: number | undefined) =>
  value === undefined || Number.isNaN(value) ? null : value;
