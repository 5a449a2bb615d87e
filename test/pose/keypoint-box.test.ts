import { describe, expect, it } from 'vitest';
import { boxFromKeypoints } from '../../src/pose/keypoint-box.ts';

const picture = { width: 200, height: 100 };
const joint = (x: number, y: number, score = 0.9) => ({ x, y, score });

describe('boxFromKeypoints', () => {
  it('holds the sure joints with room around them, and none of the unsure ones', () => {
    const keypoints = [joint(50, 20), joint(90, 40), joint(70, 60), joint(190, 90, 0.1)];
    expect(boxFromKeypoints(keypoints, picture)).toEqual({ x: 45, y: 15, width: 50, height: 50 });
  });

  it('ends at the border of the picture', () => {
    const keypoints = [joint(0, 0), joint(199, 99), joint(100, 50)];
    expect(boxFromKeypoints(keypoints, picture)).toEqual({ x: 0, y: 0, ...picture });
  });

  it('sees nobody in too few joints, or in joints in one place', () => {
    expect(boxFromKeypoints([joint(1, 2), joint(30, 40)], picture)).toBeUndefined();
    expect(boxFromKeypoints([joint(5, 5), joint(5, 5), joint(5, 5)], picture)).toBeUndefined();
  });
});
