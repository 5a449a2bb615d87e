// Average precision over OKS thresholds: the ten numbers of COCO keypoints, as pycocotools computes them.
import { compareInPicture, matchPicture } from './oks-match.ts';
import type { AreaRange, DetectedPerson, PictureMatches, TruePerson } from './oks-match.ts';

/** numpy.linspace(0.5, 0.95, 10), to the last bit: ties at a threshold depend on it. */
export const OKS_THRESHOLDS = [
  0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.8999999999999999, 0.95,
] as const;

/** numpy.linspace(0, 1, 101): i x 0.01, which is not i / 100 for every i. */
export const RECALL_GRID: readonly number[] = Array.from({ length: 101 }, (_, i) => i * 0.01);

export const AREA_RANGES: readonly AreaRange[] = [
  { name: 'all', from: 0, to: 1e10 },
  { name: 'medium', from: 32 ** 2, to: 96 ** 2 },
  { name: 'large', from: 96 ** 2, to: 1e10 },
];

/** 0–1, or -1 where no person counts. */
export interface OksScores {
  readonly ap: number;
  readonly ap50: number;
  readonly ap75: number;
  readonly apMedium: number;
  readonly apLarge: number;
  readonly ar: number;
  readonly ar50: number;
  readonly ar75: number;
  readonly arMedium: number;
  readonly arLarge: number;
}

export interface OksApResult extends OksScores {
  /** [threshold][area range] */
  readonly recall: readonly (readonly number[])[];
  /** [threshold][area range][recall grid] */
  readonly precision: readonly (readonly (readonly number[])[])[];
  /** What was computed, in words. */
  readonly protocol: string;
}

export interface OksApOptions {
  /** Pictures count once they have a truth or a detection; the order of neither matters, but for equal scores. */
  readonly truths: readonly TruePerson[];
  readonly detections: readonly DetectedPerson[];
  /** One a joint. */
  readonly sigmas: readonly number[];
  readonly sigmasSource: string;
  /** Best detections a picture. @default 20 */
  readonly maxDetections?: number;
}

/** Equal scores keep the order of picture ids, then of the input, as pycocotools. */
export function oksAp(options: OksApOptions): OksApResult {
  const { sigmas, sigmasSource, maxDetections = 20 } = options;
  const truths = Map.groupBy(options.truths, ({ imageId }) => imageId);
  const detections = Map.groupBy(options.detections, ({ imageId }) => imageId);
  const ids = [...new Set([...truths.keys(), ...detections.keys()])].sort((a, b) => a - b);
  const pictures = ids.map((id) =>
    compareInPicture(truths.get(id) ?? [], detections.get(id) ?? [], { sigmas, maxDetections }),
  );
  const byRange = AREA_RANGES.map((range) =>
    accumulate(pictures.map((picture) => matchPicture(picture, range, OKS_THRESHOLDS))),
  );
  const thresholds = OKS_THRESHOLDS.map((_, t) => t);
  const ap = (range: number, rows = thresholds) =>
    meanOfCounted(rows.flatMap((t) => byRange[range]![t]!.precision));
  const ar = (range: number, rows = thresholds) =>
    meanOfCounted(rows.map((t) => byRange[range]![t]!.recall));
  return {
    ap: ap(0),
    ap50: ap(0, [0]),
    ap75: ap(0, [5]),
    apMedium: ap(1),
    apLarge: ap(2),
    ar: ar(0),
    ar50: ar(0, [0]),
    ar75: ar(0, [5]),
    arMedium: ar(1),
    arLarge: ar(2),
    recall: thresholds.map((t) => byRange.map((range) => range[t]!.recall)),
    precision: thresholds.map((t) => byRange.map((range) => range[t]!.precision)),
    protocol: `OKS-AP as pycocotools, OKS 0.50:0.95, at most ${maxDetections} detections a picture, sigmas: ${sigmasSource}`,
  };
}

interface Curve {
  readonly recall: number;
  readonly precision: readonly number[];
}

/** @returns [threshold] */
function accumulate(pictures: readonly PictureMatches[]): Curve[] {
  const counted = pictures.reduce((sum, picture) => sum + picture.counted, 0);
  const ranked = pictures
    .flatMap((picture) => picture.scores.map((score, d) => ({ picture, score, d })))
    .sort((a, b) => b.score - a.score);
  return OKS_THRESHOLDS.map((_, t) => {
    if (counted === 0) return { recall: -1, precision: RECALL_GRID.map(() => -1) };
    let right = 0;
    let wrong = 0;
    const recall: number[] = [];
    const precision: number[] = [];
    for (const { picture, d } of ranked) {
      if (!picture.ignored[t]![d]) {
        if (picture.matches[t]![d] === -1) wrong++;
        else right++;
      }
      recall.push(right / counted);
      precision.push(right / (right + wrong + 2 ** -52));
    }
    return { recall: recall.at(-1) ?? 0, precision: onGrid(recall, precision) };
  });
}

/** Precision made falling from the right, read where recall first reaches each value of the grid; 0 where it never does. */
function onGrid(recall: readonly number[], precision: readonly number[]): number[] {
  const falling = [...precision];
  for (let i = falling.length - 1; i > 0; i--) {
    falling[i - 1] = Math.max(falling[i - 1]!, falling[i]!);
  }
  let at = 0;
  return RECALL_GRID.map((value) => {
    while (at < recall.length && recall[at]! < value) at++;
    return falling[at] ?? 0;
  });
}

function meanOfCounted(values: readonly number[]): number {
  const counted = values.filter((value) => value > -1);
  if (counted.length === 0) return -1;
  return counted.reduce((sum, value) => sum + value, 0) / counted.length;
}
