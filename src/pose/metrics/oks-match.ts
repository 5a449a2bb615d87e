// Matches the detections of one picture to its labelled people, as pycocotools evaluateImg does.
import { oks, type OksTruth } from './oks.ts';
import type { Box, Point } from '../types.ts';

export interface TruePerson extends OksTruth {
  readonly imageId: number;
  readonly crowd: boolean;
  /** COCO num_keypoints = 0, or null keypoints: counts for nothing, but takes detections. */
  readonly unlabelled: boolean;
}

export interface DetectedPerson {
  readonly imageId: number;
  readonly keypoints: readonly Point[];
  readonly score: number;
  /** Decides the detection's area where given, as pycocotools does; else the extent of its keypoints. */
  readonly box?: Box;
}

export interface AreaRange {
  readonly name: 'all' | 'medium' | 'large';
  /** Square pixels, both ends included. */
  readonly from: number;
  readonly to: number;
}

/** The detections and people of one picture with their similarities, ready to match at any range and threshold. */
export interface PictureOks {
  /** Highest score first; the best `maxDetections` of the picture. */
  readonly detections: readonly DetectedPerson[];
  readonly truths: readonly TruePerson[];
  /** [detection][truth] */
  readonly similarity: readonly (readonly number[])[];
}

export interface PictureMatches {
  readonly scores: readonly number[];
  /** [threshold][detection]: index of the matched person, or -1. */
  readonly matches: readonly (readonly number[])[];
  /** [threshold][detection]: neither right nor wrong. */
  readonly ignored: readonly (readonly boolean[])[];
  /** People that count. */
  readonly counted: number;
}

export function compareInPicture(
  truths: readonly TruePerson[],
  detections: readonly DetectedPerson[],
  { sigmas, maxDetections }: { sigmas: readonly number[]; maxDetections: number },
): PictureOks {
  const best = detections.toSorted((a, b) => b.score - a.score).slice(0, maxDetections);
  const similarity = best.map(({ keypoints }) =>
    truths.map((truth) => oks(keypoints, truth, sigmas)),
  );
  return { detections: best, truths, similarity };
}

/**
 * Greedy: each detection, best first, takes the free person that is most similar to it, at least `threshold`; people who
 * count go before ignored ones, and a crowd takes any number.
 */
export function matchPicture(
  picture: PictureOks,
  range: AreaRange,
  thresholds: readonly number[],
): PictureMatches {
  const { detections, truths, similarity } = picture;
  const isOutside = (area: number) => area < range.from || area > range.to;
  const isIgnored = truths.map(
    ({ crowd, unlabelled, area }) => crowd || unlabelled || isOutside(area),
  );
  const indices = truths.map((_, i) => i);
  const order = [...indices.filter((i) => !isIgnored[i]), ...indices.filter((i) => isIgnored[i])];
  const matches = thresholds.map((threshold) => {
    const taken = new Set<number>();
    return detections.map((_, d) => {
      let best = -1;
      let highest = Math.min(threshold, 1 - 1e-10);
      for (const g of order) {
        if (taken.has(g) && !truths[g]!.crowd) continue;
        if (best > -1 && !isIgnored[best] && isIgnored[g]) break;
        if (similarity[d]![g]! < highest) continue;
        highest = similarity[d]![g]!;
        best = g;
      }
      if (best > -1) taken.add(best);
      return best;
    });
  });
  const isDetectionOutside = detections.map((detection) => isOutside(areaOf(detection)));
  return {
    scores: detections.map(({ score }) => score),
    matches,
    ignored: matches.map((row) =>
      row.map((match, d) => (match === -1 ? isDetectionOutside[d]! : isIgnored[match]!)),
    ),
    counted: isIgnored.filter((ignored) => !ignored).length,
  };
}

function areaOf({ box, keypoints }: DetectedPerson): number {
  if (box) return box.width * box.height;
  const xs = keypoints.map(({ x }) => x);
  const ys = keypoints.map(({ y }) => y);
  return (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
}
