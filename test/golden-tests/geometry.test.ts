import { expect, it } from 'vitest';
import { apply, invert } from '../../src/pose/affine.ts';
import {
  boxToCentreScale,
  inputFromPicture,
  inputFromPictureDarkPose,
  inputFromPictureUdp,
} from '../../src/pose/box.ts';
import { cocoRecord } from '../../src/pose/coco-record.ts';
import { mirrorKeypoints } from '../../src/pose/mirror.ts';
import { mpiiRecord } from '../../src/pose/mpii-record.ts';
import type { Keypoint } from '../../src/pose/types.ts';
import { expectWithin } from '../support/deviations.ts';
import { toleranceIn } from '../support/formula-network.ts';
import { describeGolden, expectGoldenFiles, goldenJson, maxDifference } from '../support/golden.ts';
import {
  affineOf,
  boxOf,
  flat,
  pointOf,
  relativeDifference,
  sizeOf,
  VIEW_TOLERANCE,
  viewDifference,
  viewOf,
  type Rows,
  type XY,
  type XYWH,
} from '../support/golden-geometry.ts';

expectGoldenFiles();

describeGolden('geometry', 'boxes', (file) => {
  const { cases } = goldenJson<{
    cases: { input_wh: XY; box_xywh: XYWH; center: XY; scale: XY }[];
  }>(file);

  it(`turns ${cases.length} boxes into centre and scale`, () => {
    const worst = cases.map((c) =>
      viewDifference(boxToCentreScale(boxOf(c.box_xywh), sizeOf(c.input_wh)), c),
    );
    expectWithin(file, Math.max(...worst), VIEW_TOLERANCE);
  });
});

describeGolden('geometry', 'affines', (file) => {
  const { cases, tolerance } = goldenJson<{
    tolerance: { matrix_vs_exact: string; points: string };
    cases: {
      center: XY;
      scale: XY;
      rotation_deg: number;
      output_wh: XY;
      matrix_src_to_dst: Rows;
      exact_matrix_src_to_dst: Rows;
      points_src: XY[];
      points_dst: XY[];
      points_dst_in: XY[];
      points_back_to_src: XY[];
      udp_matrix_src_to_dst?: Rows;
      darkpose_matrix_src_to_dst?: Rows;
    }[];
  }>(file);
  const relative = toleranceIn(tolerance.matrix_vs_exact, /([\d.e-]+) relative/, 1e-5);
  const translation = toleranceIn(tolerance.matrix_vs_exact, /translation up to ([\d.e-]+)/, 2e-3);
  const pixels = toleranceIn(tolerance.points, /use ([\d.e-]+)/, 5e-3);
  const matrixOf = (c: (typeof cases)[number]) =>
    inputFromPicture(viewOf(c), c.rotation_deg, sizeOf(c.output_wh));

  it('is the exact matrix', () => {
    const worst = cases.map((c) =>
      relativeDifference(matrixOf(c), affineOf(c.exact_matrix_src_to_dst)),
    );
    expectWithin(file, Math.max(...worst), 1e-12, 'exact matrix');
  });

  it('is the reference matrix up to its float32 points', () => {
    const worst = cases.flatMap((c) => {
      const expected = affineOf(c.matrix_src_to_dst);
      const largest = Math.max(...[0, 1, 3, 4].map((k) => Math.abs(expected[k]!)));
      return matrixOf(c).map((value, i) => {
        const allowed = i % 3 === 2 ? translation : relative * largest;
        return Math.abs(value - expected[i]!) / allowed;
      });
    });
    expectWithin(file, Math.max(...worst), 1, 'matrix_src_to_dst, of the tolerance');
  });

  it('has the variants of UDP and DarkPose, up to their float32 points', () => {
    const variants = [
      ['udp_matrix_src_to_dst', inputFromPictureUdp],
      ['darkpose_matrix_src_to_dst', inputFromPictureDarkPose],
    ] as const;
    for (const [name, make] of variants) {
      const worst = cases.flatMap((c) => {
        const rows = c[name];
        if (!rows) return [];
        const got = make(viewOf(c), c.rotation_deg, sizeOf(c.output_wh));
        return affineOf(rows).map((value, i) => {
          const far = Math.abs(got[i]! - value);
          const [still, moved] = [5 * relative * Math.max(1, Math.abs(value)), 5 * translation];
          return far / (i % 3 === 2 ? moved : still);
        });
      });
      expectWithin(file, Math.max(0, ...worst), 1, `${name}, of the tolerance`);
    }
  });

  it('moves points there and back', () => {
    const worst = cases.flatMap((c) => {
      const matrix = matrixOf(c);
      const there = c.points_src.flatMap((p) => flat(apply(matrix, pointOf(p))));
      const back = c.points_dst_in.flatMap((p) => flat(apply(invert(matrix), pointOf(p))));
      return [
        maxDifference(there, c.points_dst.flat()),
        maxDifference(back, c.points_back_to_src.flat()),
      ];
    });
    expectWithin(file, Math.max(...worst), pixels, 'points, px');
  });
});

describeGolden('geometry', 'cocoRecords', (file) => {
  const golden = goldenJson<{
    image_wh: XY;
    rule?: string;
    annotations: { id: number; iscrowd: number; area: number; bbox: XYWH; keypoints: number[] }[];
    records: {
      annotation_id: number;
      center: XY;
      scale: XY;
      joints_xy: XY[];
      visible01: number[];
    }[];
  }>(file);

  it('keeps the same people with the same boxes', () => {
    const [, width = 192, height = 256] = /aspect (\d+)\/(\d+)/.exec(golden.rule ?? '') ?? [];
    const aspect = { width: Number(width), height: Number(height) };
    const records = golden.annotations.flatMap(({ id, iscrowd, area, bbox, keypoints }) => {
      const joints = Array.from({ length: keypoints.length / 3 }, (_, j): Keypoint => {
        return {
          x: keypoints[3 * j]!,
          y: keypoints[3 * j + 1]!,
          v: keypoints[3 * j + 2] as 0 | 1 | 2,
        };
      });
      const person = { box: boxOf(bbox), area, crowd: iscrowd === 1, keypoints: joints };
      const record = cocoRecord(person, sizeOf(golden.image_wh), aspect);
      return record ? [{ id, joints, ...record }] : [];
    });
    expect(records.map(({ id }) => id)).toEqual(
      golden.records.map((record) => record.annotation_id),
    );
    const worst = records.map((record, i) => viewDifference(record, golden.records[i]!));
    expectWithin(file, Math.max(0, ...worst), VIEW_TOLERANCE);
    records.forEach((record, i) => {
      const expected = golden.records[i]!;
      expect(record.joints.map((joint) => (joint.v > 0 ? 1 : 0))).toEqual(expected.visible01);
      expect(record.joints.map(flat)).toEqual(expected.joints_xy);
    });
  });
});

describeGolden('geometry', 'mpiiRecords', (file) => {
  const golden = goldenJson<{
    annotations: { center: XY; scale: number; joints: XY[] }[];
    records: { center: XY; scale: XY; joints_xy: XY[] }[];
  }>(file);

  it('turns every annotation into the same record', () => {
    expect(golden.annotations).toHaveLength(golden.records.length);
    const worst = golden.annotations.map(({ center, scale, joints }, i) => {
      const record = mpiiRecord({ centre: pointOf(center), scale, joints: joints.map(pointOf) });
      expect(record.joints.map(flat)).toEqual(golden.records[i]!.joints_xy);
      return viewDifference(record, golden.records[i]!);
    });
    expectWithin(file, Math.max(0, ...worst), VIEW_TOLERANCE);
  });
});

describeGolden('geometry', 'flips', (file) => {
  const golden = goldenJson<{
    width: number;
    pairs: XY[];
    joints: XY[];
    visible: number[];
    flipped_joints: XY[];
    flipped_visible: number[];
  }>(file);

  it('mirrors joints and swaps left and right', () => {
    const keypoints = golden.joints.map(([x, y], i): Keypoint => ({
      x,
      y,
      v: golden.visible[i]! > 0 ? 2 : 0,
    }));
    const mirrored = mirrorKeypoints(keypoints, golden.width, golden.pairs);
    const far = maxDifference(mirrored.flatMap(flat), golden.flipped_joints.flat());
    expectWithin(file, far, 1e-9);
    expect(mirrored.map(({ v }) => (v > 0 ? 1 : 0))).toEqual(golden.flipped_visible);
  });
});
