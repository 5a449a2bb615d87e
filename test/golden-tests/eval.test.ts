import { expect, it } from 'vitest';
import { oks } from '../../src/pose/metrics/oks.ts';
import { AREA_RANGES, oksAp, OKS_THRESHOLDS, RECALL_GRID } from '../../src/pose/metrics/oks-ap.ts';
import { compareInPicture, matchPicture } from '../../src/pose/metrics/oks-match.ts';
import type { DetectedPerson, TruePerson } from '../../src/pose/metrics/oks-match.ts';
import type { Box, Keypoint } from '../../src/pose/types.ts';
import { recordDeviation } from '../support/deviations.ts';
import { describeGolden, expectGoldenFiles, goldenJson, maxDifference } from '../support/golden.ts';

type XY = [number, number];
type XYWH = [number, number, number, number];
type Triple = [number, number, number];

const boxOf = ([x, y, width, height]: XYWH): Box => ({ x, y, width, height });
const triples = (values: readonly number[]): Triple[] =>
  Array.from({ length: values.length / 3 }, (_, i) => values.slice(3 * i, 3 * i + 3) as Triple);

interface OksGolden {
  sigmas: number[];
  gt: {
    annotations: {
      id: number;
      image_id: number;
      iscrowd: number;
      area: number;
      bbox: XYWH;
      num_keypoints: number;
      keypoints: number[];
    }[];
  };
  detections: { image_id: number; keypoints: number[]; score: number; bbox?: XYWH }[];
  expected: {
    stats: number[];
    recall_T_by_area: number[][];
    precision_mean_over_recall_T_by_area: number[][];
    'precision_curve_all_0.50': number[];
    'precision_curve_all_0.75': number[];
    per_image: ({
      image_id: number;
      area_range: string;
      /** Neither people nor detections: nothing else is given. */
      empty?: boolean;
      dt_ids?: number[];
      oks_dt_by_gt_input_order?: number[][];
    } & Record<string, unknown>)[];
  };
}

expectGoldenFiles();

describeGolden('eval', 'oksAp', (file) => {
  const golden = goldenJson<OksGolden>(file);
  const { expected, sigmas } = golden;
  const truths = golden.gt.annotations.map((one): TruePerson & { id: number } => ({
    id: one.id,
    imageId: one.image_id,
    keypoints: triples(one.keypoints).map(([x, y, v]): Keypoint => ({ x, y, v: v as 0 | 1 | 2 })),
    box: boxOf(one.bbox),
    area: one.area,
    crowd: one.iscrowd === 1,
    unlabelled: one.num_keypoints === 0,
  }));
  const detections = golden.detections.map((one, i): DetectedPerson & { id: number } => ({
    id: i + 1,
    imageId: one.image_id,
    keypoints: triples(one.keypoints).map(([x, y]) => ({ x, y })),
    score: one.score,
    ...(one.bbox && { box: boxOf(one.bbox) }),
  }));
  const result = oksAp({ truths, detections, sigmas, sigmasSource: 'golden file' });
  const inPicture = (id: number) => ({
    truths: truths.filter(({ imageId }) => imageId === id),
    detections: detections.filter(({ imageId }) => imageId === id),
  });

  it('gives the ten numbers', () => {
    const { ap, ap50, ap75, apMedium, apLarge, ar, ar50, ar75, arMedium, arLarge } = result;
    const stats = [ap, ap50, ap75, apMedium, apLarge, ar, ar50, ar75, arMedium, arLarge];
    const deviation = maxDifference(stats, expected.stats);
    recordDeviation(file, deviation, 1e-9, 'ten numbers');
    expect(deviation).toBeLessThanOrEqual(1e-9);
  });

  it('gives recall and precision at each threshold and area', () => {
    const mean = (curve: readonly number[]) =>
      curve.reduce((sum, value) => sum + value, 0) / curve.length;
    const deviation = maxDifference(
      [...result.recall.flat(), ...result.precision.flatMap((row) => row.map(mean))],
      [
        ...expected.recall_T_by_area.flat(),
        ...expected.precision_mean_over_recall_T_by_area.flat(),
      ],
    );
    recordDeviation(file, deviation, 1e-9, 'recall and precision');
    expect(deviation).toBeLessThanOrEqual(1e-9);
    for (const [threshold, row] of [
      ['0.50', 0],
      ['0.75', 5],
    ] as const) {
      const curve = expected[`precision_curve_all_${threshold}`];
      expect(maxDifference(result.precision[row]![0]!, curve)).toBeLessThanOrEqual(1e-9);
    }
  });

  it('gives each OKS of each picture', () => {
    let largest = 0;
    for (const { image_id: id, oks_dt_by_gt_input_order: matrix } of expected.per_image) {
      if (!matrix) continue;
      const picture = compareInPicture(inPicture(id).truths, inPicture(id).detections, {
        sigmas,
        maxDetections: 20,
      });
      largest = Math.max(largest, maxDifference(picture.similarity.flat(), matrix.flat()));
    }
    recordDeviation(file, largest, 1e-9, 'OKS of each pair');
    expect(largest).toBeLessThanOrEqual(1e-9);
  });

  it('matches and ignores the same detections', () => {
    for (const entry of expected.per_image) {
      const { truths: people, detections: found } = inPicture(entry.image_id);
      const range = AREA_RANGES.find(({ name }) => name === entry.area_range)!;
      const picture = compareInPicture(people, found, { sigmas, maxDetections: 20 });
      const { matches, ignored } = matchPicture(picture, range, OKS_THRESHOLDS);
      const ids = picture.detections.map((one) => (one as (typeof detections)[number]).id);
      expect(ids).toEqual(entry.empty ? [] : entry.dt_ids);
      for (const key of Object.keys(entry)) {
        const threshold = /^dt_match_(.*)$/.exec(key)?.[1];
        if (threshold === undefined) continue;
        const t = OKS_THRESHOLDS.findIndex((value) => Math.abs(value - Number(threshold)) < 1e-9);
        const matchedIds = matches[t]!.map((match) => (match === -1 ? 0 : people[match]!.id));
        expect(matchedIds).toEqual(entry[key]);
        expect(ignored[t]!.map(Number)).toEqual(entry[`dt_ignore_${threshold}`]);
      }
    }
  });

  it('is the mean over labelled joints, which a plain sum confirms', () => {
    const truth = truths.find(({ keypoints }) => keypoints.some(({ v }) => v > 0));
    if (!truth) return;
    const shifted = truth.keypoints.map(({ x, y }) => ({ x: x + 3, y: y - 2 }));
    const labelled = truth.keypoints.flatMap(({ v }, joint) => (v > 0 ? [sigmas[joint]!] : []));
    const terms = labelled.map((sigma) => Math.exp(-13 / (8 * truth.area * sigma ** 2)));
    const mean = terms.reduce((sum, term) => sum + term, 0) / terms.length;
    expect(oks(shifted, truth, sigmas)).toBeCloseTo(mean, 9);
  });
});

describeGolden('eval', 'cocoParameters', (file) => {
  const golden = goldenJson<{
    iouThrs: number[];
    recThrs: number[];
    areaRng: XY[];
    areaRngLbl: string[];
  }>(file);

  it('uses the same thresholds to the last bit', () => {
    expect(OKS_THRESHOLDS).toEqual(golden.iouThrs);
    expect(RECALL_GRID).toEqual(golden.recThrs);
    expect(AREA_RANGES.map(({ from, to }) => [from, to])).toEqual(golden.areaRng);
    expect(AREA_RANGES.map(({ name }) => name)).toEqual(golden.areaRngLbl);
    recordDeviation(file, 0, 0);
  });
});
