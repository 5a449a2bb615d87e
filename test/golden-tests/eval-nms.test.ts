import { expect, it } from 'vitest';
import { oksNms, similarity } from '../../src/pose/metrics/oks-nms.ts';
import { personScore } from '../../src/pose/metrics/person-score.ts';
import { SKELETONS } from '../../src/pose/skeleton.ts';
import { recordDeviation } from '../support/deviations.ts';
import { describeGolden, expectGoldenFiles, goldenJson, maxDifference } from '../support/golden.ts';

type XY = [number, number];
type Triple = [number, number, number];

expectGoldenFiles();

describeGolden('eval', 'oksNms', (file) => {
  const { cases } = goldenJson<{
    cases: ({
      persons: { keypoints_xyv: Triple[]; score: number; area: number }[];
      sigmas: number[];
      keep: Record<string, number[]>;
      oks_matrix: number[][];
    } & Record<string, unknown>)[];
  }>(file);

  it.each(cases.map((one, i) => ({ ...one, title: `case ${i + 1}` })))(
    'suppresses doubles in $title',
    (one) => {
      const people = one.persons.map(({ keypoints_xyv: joints, score, area }) => ({
        keypoints: joints.map(([x, y, v]) => ({ x, y, score: v })),
        score,
        area,
      }));
      const matrix = people.flatMap((a) => people.map((b) => similarity(a, b, one)));
      const deviation = maxDifference(matrix, one.oks_matrix.flat());
      recordDeviation(file, deviation, 1e-9, one.title);
      expect(deviation).toBeLessThanOrEqual(1e-9);
      for (const [threshold, keep] of Object.entries(one.keep)) {
        expect(oksNms(people, { ...one, threshold: Number(threshold) })).toEqual(keep);
      }
      for (const [key, keep] of Object.entries(one)) {
        const [, threshold, minJointScore] = /^keep_(.*)_in_vis_thre_(.*)$/.exec(key) ?? [];
        if (threshold === undefined) continue;
        const options = { threshold: Number(threshold), minJointScore: Number(minJointScore) };
        expect(oksNms(people, { ...one, ...options })).toEqual(keep);
      }
    },
  );
});

describeGolden('eval', 'rescoring', (file) => {
  const { inputs, expected } = goldenJson<{
    inputs: {
      image: number[];
      predictions_xy_maxval: Triple[][];
      box_score: number[];
      scale_wh: XY[];
    };
    expected: { image: number; score: number; index: number }[];
  }>(file);

  it('rescores people and drops doubles', () => {
    const people = inputs.image.map((image, index) => {
      const keypoints = inputs.predictions_xy_maxval[index]!.map(([x, y, score]) => ({
        x,
        y,
        score,
      }));
      const [w, h] = inputs.scale_wh[index]!;
      const score = personScore(keypoints, inputs.box_score[index]);
      return { image, index, keypoints, score, area: w * 200 * (h * 200) };
    });
    const kept = [...Map.groupBy(people, ({ image }) => image).values()].flatMap((group) =>
      oksNms(group, SKELETONS.coco17).map((i) => group[i]!),
    );
    expect(kept.map(({ image, index }) => ({ image, index }))).toEqual(
      expected.map(({ image, index }) => ({ image, index })),
    );
    const deviation = maxDifference(
      kept.map(({ score }) => score),
      expected.map(({ score }) => score),
    );
    recordDeviation(file, deviation, 1e-6, 'scores');
    expect(deviation).toBeLessThanOrEqual(1e-6);
  });
});
