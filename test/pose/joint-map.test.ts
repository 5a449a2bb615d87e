import { describe, expect, it } from 'vitest';
import { mapJoints, mapKeypoints } from '../../src/pose/joint-map.ts';
import { buildSkeleton, SKELETONS } from '../../src/pose/skeleton.ts';

const { coco17, lsp14 } = SKELETONS;
const keypoints = coco17.joints.map((_, i) => ({ x: i, y: 10 * i, score: 0.9 - i / 100 }));
const of = (joint: string) => keypoints[coco17.joints.indexOf(joint)]!;

describe('a joint map', () => {
  it('takes joints of the same name, however it is written, and says which are missing', () => {
    const map = mapJoints(coco17.joints, buildSkeleton('mine', ['lHip', 'Right Knee', 'tail'], []));
    expect(map.missing).toEqual(['tail']);
    expect(mapKeypoints(map, keypoints)).toEqual([
      of('left_hip'),
      of('right_knee'),
      { x: 0, y: 0, score: 0 },
    ]);
  });

  it('makes joints from others: the mean, or a weighted sum, with the lowest score', () => {
    const map = mapJoints(coco17.joints, lsp14, {
      neck: ['left_shoulder', 'right_shoulder'],
      head_top: { nose: 1.5, right_shoulder: -0.5 },
      left_wrist: null,
    });
    expect(map.missing).toEqual(['left_wrist']);
    const mapped = mapKeypoints(map, keypoints);
    const at = (joint: string) => mapped[lsp14.joints.indexOf(joint)];
    const [left, right] = [of('left_shoulder'), of('right_shoulder')];
    expect(at('neck')).toEqual({
      ...{ x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 },
      score: right.score,
    });
    expect(at('head_top')).toEqual({ x: -0.5 * right.x, y: -0.5 * right.y, score: right.score });
    expect(at('right_ankle')).toEqual(of('right_ankle'));
  });

  it.each([
    [{ tail: 'nose' }, 'no joint tail among'],
    [{ neck: 'throat' }, 'no joint throat among those to map from'],
    [{ neck: { nose: 0.5, left_ear: 0.4 } }, 'neck: expected weights that add up to 1, got 0.9'],
  ])('refuses %j', (given, reason) => {
    expect(() => mapJoints(coco17.joints, lsp14, given)).toThrow(reason);
  });
});
