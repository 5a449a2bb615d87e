import { expect, it } from 'vitest';
import { pck } from '../../src/pose/metrics/pck.ts';
import { pckh } from '../../src/pose/metrics/pckh.ts';
import type { Keypoint, Point } from '../../src/pose/types.ts';
import {
  describeGolden,
  expectGoldenFiles,
  goldenJson,
  maxDifference,
  skipGolden,
} from '../support/golden.ts';

type XY = [number, number];

const pointOf = ([x, y]: XY): Point => ({ x, y });

expectGoldenFiles();

describeGolden('eval', /^pck_torso.*\.json$/, (file) => {
  const golden = goldenJson<{
    joints: string[];
    gt_xy: XY[][];
    visible: boolean[][];
    pred_xy: XY[][];
    expected: Record<
      string,
      { per_joint: number[]; mean_over_joints: number; pooled_over_all_visible: number }
    >;
  }>(file);
  const joints = golden.joints.map((name) => name.replace(/^l_/, 'left_').replace(/^r_/, 'right_'));
  const truths = golden.gt_xy.map((person, n) =>
    person.map(([x, y], j): Keypoint => ({ x, y, v: golden.visible[n]![j] ? 2 : 0 })),
  );
  const predictions = golden.pred_xy.map((person) => person.map(pointOf));

  it.each(Object.keys(golden.expected))('counts joints within %s of the torso', (threshold) => {
    const expected = golden.expected[threshold]!;
    for (const rule of ['<', '<='] as const) {
      const result = pck({
        truths,
        predictions,
        skeleton: { joints },
        threshold: Number(threshold),
        rule,
      });
      expect(Math.abs(result.pooled / 100 - expected.pooled_over_all_visible)).toBeLessThanOrEqual(
        1e-6,
      );
      expect(Math.abs(result.meanOverJoints / 100 - expected.mean_over_joints)).toBeLessThanOrEqual(
        1e-6,
      );
      result.perJoint.forEach((share, joint) => {
        if (result.counts[joint] === 0) expect(share).toBeNaN();
        else expect(Math.abs(share / 100 - expected.per_joint[joint]!)).toBeLessThanOrEqual(1e-6);
      });
    }
  });
});

describeGolden('eval', /^pckh_mpii.*\.json$/, (file) => {
  const golden = goldenJson<{
    head_box_x1y1_x2y2: [XY, XY][];
    gt_xy_1based: XY[][];
    missing: number[][];
    pred_xy_0based: XY[][];
    expected: Record<string, number>;
    'correct_per_joint_0.5': number[];
    count_per_joint: number[];
    'true_mean_at_0.1': number;
  }>(file);
  const options = {
    predictions: golden.pred_xy_0based.map((person) =>
      person.map(([x, y]) => ({ x: x + 1, y: y + 1 })),
    ),
    truths: golden.gt_xy_1based.map((person) => person.map(pointOf)),
    missing: golden.missing.map((person) => person.map((value) => value === 1)),
    heads: golden.head_box_x1y1_x2y2.map(([a, b]) => [pointOf(a), pointOf(b)] as const),
  };

  it('gives every part and the mean', () => {
    const result = pckh(options);
    const { head, shoulder, elbow, wrist, hip, knee, ankle, mean } = result;
    const { Head, Shoulder, Elbow, Wrist, Hip, Knee, Ankle, Mean } = golden.expected;
    const expected = [Head, Shoulder, Elbow, Wrist, Hip, Knee, Ankle, Mean] as number[];
    expect(
      maxDifference([head, shoulder, elbow, wrist, hip, knee, ankle, mean], expected),
    ).toBeLessThanOrEqual(1e-9);
    expect(result.right).toEqual(golden['correct_per_joint_0.5']);
    expect(result.counts).toEqual(golden.count_per_joint);
  });

  it.each([0.1, 0.2, 0.3, 0.4])('gives the mean at %s, at 0.1 the true one', (threshold) => {
    const expected =
      threshold === 0.1 ? golden['true_mean_at_0.1'] : golden.expected[`Mean@${threshold}`]!;
    expect(Math.abs(pckh({ ...options, threshold }).mean - expected)).toBeLessThanOrEqual(1e-9);
  });
});

skipGolden('eval', /^heatmap_accuracy.*\.json$/, 'not built yet');
