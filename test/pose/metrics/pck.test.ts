import { describe, expect, it } from 'vitest';
import { pck } from '../../../src/pose/metrics/pck.ts';
import type { Keypoint } from '../../../src/pose/types.ts';

const skeleton = { joints: ['left_shoulder', 'right_hip', 'nose'] };
/** Torso of 50 pixels. */
const truth = (v: 0 | 1 | 2 = 2): Keypoint[] => [
  { x: 30, y: 0, v },
  { x: 0, y: 40, v },
  { x: 100, y: 100, v },
];

describe('pck', () => {
  it('counts a joint exactly at the threshold by rule', () => {
    const predictions = [
      [
        { x: 40, y: 0 },
        { x: 0, y: 51 },
        { x: 100, y: 100 },
      ],
    ];
    const options = { truths: [truth()], predictions, skeleton };
    expect(pck(options).perJoint).toEqual([100, 0, 100]);
    expect(pck({ ...options, rule: '<' }).perJoint).toEqual([0, 0, 100]);
    expect(pck({ ...options, threshold: 0.25 }).pooled).toBe(100);
  });

  it('counts occluded joints and skips those without label', () => {
    const predictions = [truth(), truth()];
    const result = pck({
      truths: [truth(1), [...truth().slice(0, 2), { x: 5, y: 5, v: 0 }]],
      predictions,
      skeleton,
    });
    expect(result.counts).toEqual([2, 2, 1]);
    expect(result.pooled).toBe(100);
  });

  it('leaves out people whose torso is unknown, and says how many', () => {
    const unknown: Keypoint[] = [{ x: 0, y: 0, v: 0 }, ...truth().slice(1)];
    const result = pck({ truths: [unknown, truth()], predictions: [truth(), truth()], skeleton });
    expect(result.withoutReference).toBe(1);
    expect(result.counts).toEqual([1, 1, 1]);
  });

  it('says what it computed', () => {
    expect(pck({ truths: [truth()], predictions: [truth()], skeleton }).protocol).toBe(
      'PCK@0.2: distance <= 0.2 x |left_shoulder - right_hip|, pooled over all labelled joints',
    );
  });

  it('names a torso joint that the skeleton lacks, and refuses lists of different length', () => {
    expect(() => pck({ truths: [], predictions: [], skeleton: { joints: ['nose'] } })).toThrow(
      'Expected the torso joint left_shoulder among nose',
    );
    expect(() => pck({ truths: [truth()], predictions: [], skeleton })).toThrow(
      'Expected 1 predicted people, got 0',
    );
  });
});
