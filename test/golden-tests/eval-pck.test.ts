import { expect, it } from 'vitest';
import { heatmapAccuracy } from '../../src/pose/metrics/heatmap-accuracy.ts';
import { pck } from '../../src/pose/metrics/pck.ts';
import { pckh } from '../../src/pose/metrics/pckh.ts';
import type { Keypoint, Point } from '../../src/pose/types.ts';
import { recordDeviation } from '../support/deviations.ts';
import { describeGolden, expectGoldenFiles, goldenJson, maxDifference } from '../support/golden.ts';

type XY = [number, number];

const pointOf = ([x, y]: XY): Point => ({ x, y });

expectGoldenFiles();

describeGolden('eval', 'pckTorso', (file) => {
  const golden = goldenJson<{
    joints: string[];
    gt_xy: XY[][];
    visible: boolean[][];
    pred_xy: XY[][];
    tolerance?: string;
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
    const tolerance = Number(golden.tolerance ?? 1e-6);
    for (const rule of ['<', '<='] as const) {
      const result = pck({
        truths,
        predictions,
        skeleton: { joints },
        threshold: Number(threshold),
        rule,
      });
      const counted = result.perJoint.flatMap((_, joint) => (result.counts[joint] ? [joint] : []));
      const deviation = maxDifference(
        [result.pooled, result.meanOverJoints, ...counted.map((j) => result.perJoint[j]!)].map(
          (percent) => percent / 100,
        ),
        [
          expected.pooled_over_all_visible,
          expected.mean_over_joints,
          ...counted.map((j) => expected.per_joint[j]!),
        ],
      );
      recordDeviation(file, deviation, tolerance, `PCK@${threshold}, ${rule}`);
      expect(deviation).toBeLessThanOrEqual(tolerance);
      result.perJoint.forEach((share, joint) => {
        if (result.counts[joint] === 0) expect(share).toBeNaN();
      });
    }
  });
});

describeGolden('eval', 'pckh', (file) => {
  const golden = goldenJson<{
    head_box_x1y1_x2y2: [XY, XY][];
    gt_xy_1based: XY[][];
    missing: number[][];
    pred_xy_0based: XY[][];
    expected: Record<string, number>;
    'correct_per_joint_0.5': number[];
    count_per_joint: number[];
    'true_mean_at_0.1': number;
    tolerance?: string;
  }>(file);
  const options = {
    predictions: golden.pred_xy_0based.map((person) =>
      person.map(([x, y]) => ({ x: x + 1, y: y + 1 })),
    ),
    truths: golden.gt_xy_1based.map((person) => person.map(pointOf)),
    missing: golden.missing.map((person) => person.map((value) => value === 1)),
    heads: golden.head_box_x1y1_x2y2.map(([a, b]) => [pointOf(a), pointOf(b)] as const),
  };

  const tolerance = Number(golden.tolerance ?? 1e-9);

  it('gives every part and the mean', () => {
    const result = pckh(options);
    const { head, shoulder, elbow, wrist, hip, knee, ankle, mean } = result;
    const { Head, Shoulder, Elbow, Wrist, Hip, Knee, Ankle, Mean } = golden.expected;
    const expected = [Head, Shoulder, Elbow, Wrist, Hip, Knee, Ankle, Mean] as number[];
    const parts = [head, shoulder, elbow, wrist, hip, knee, ankle, mean];
    const deviation = maxDifference(parts, expected);
    recordDeviation(file, deviation, tolerance, 'parts and mean');
    expect(deviation).toBeLessThanOrEqual(tolerance);
    expect(result.right).toEqual(golden['correct_per_joint_0.5']);
    expect(result.counts).toEqual(golden.count_per_joint);
  });

  it.each([0.1, 0.2, 0.3, 0.4])('gives the mean at %s, at 0.1 the true one', (threshold) => {
    const expected =
      threshold === 0.1 ? golden['true_mean_at_0.1'] : golden.expected[`Mean@${threshold}`]!;
    const deviation = Math.abs(pckh({ ...options, threshold }).mean - expected);
    recordDeviation(file, deviation, tolerance, `mean at ${threshold}`);
    expect(deviation).toBeLessThanOrEqual(tolerance);
  });
});

interface Accuracy {
  per_joint: number[];
  average: number;
}

describeGolden('eval', 'heatmapAccuracy', (file) => {
  const golden = goldenJson<
    Accuracy & {
      heatmap_hw: [number, number];
      pred_xy: XY[][];
      target_xy: XY[][];
      target_empty: boolean[][];
      joints_counted: number;
      with_correct_axes: Accuracy;
      tolerance?: string;
    }
  >(file);
  const [height, width] = golden.heatmap_hw;
  const batch = golden.pred_xy.length;
  const joints = golden.pred_xy[0]!.length;
  /** 1 at the pixel of each joint; nothing for those that are empty. */
  const peaksAt = (people: XY[][], isEmpty: (person: number, joint: number) => boolean) => {
    const maps = new Float32Array(batch * height * width * joints);
    people.forEach((person, n) => {
      person.forEach(([x, y], joint) => {
        if (!isEmpty(n, joint)) maps[((n * height + y) * width + x) * joints + joint] = 1;
      });
    });
    return maps;
  };
  const predicted = peaksAt(golden.pred_xy, () => false);
  const targets = peaksAt(golden.target_xy, (n, joint) => golden.target_empty[n]![joint]!);

  it.each(['reference', 'correct'] as const)('gives the accuracy with %s axes', (axes) => {
    const expected = axes === 'reference' ? golden : golden.with_correct_axes;
    const options = { batch, heatmap: { width, height }, joints, axes };
    const result = heatmapAccuracy(predicted, targets, options);
    const tolerance = Number(golden.tolerance ?? 1e-6);
    const deviation = maxDifference(
      [result.average, ...result.perJoint],
      [expected.average, ...expected.per_joint],
    );
    recordDeviation(file, deviation, tolerance, `${axes} axes`);
    expect(deviation).toBeLessThanOrEqual(tolerance);
    expect(result.jointsCounted).toBe(golden.joints_counted);
  });
});
