import { describe, expect, it } from 'vitest';
import { buildSkeleton, SKELETONS } from '../../src/pose/skeleton.ts';

describe('skeletons', () => {
  it('COCO has the flip pairs of the reference and the sigmas of pycocotools', () => {
    const { coco17 } = SKELETONS;
    expect(coco17.joints).toHaveLength(17);
    expect(coco17.joints.slice(0, 5)).toEqual([
      'nose',
      'left_eye',
      'right_eye',
      'left_ear',
      'right_ear',
    ]);
    expect(coco17.flipPairs).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
      [9, 10],
      [11, 12],
      [13, 14],
      [15, 16],
    ]);
    const tenths = [
      0.26, 0.25, 0.25, 0.35, 0.35, 0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87,
      0.89, 0.89,
    ];
    expect(coco17.sigmas).toEqual(tenths.map((value) => value / 10));
    expect(coco17.sigmasSource).toBe('COCO');
  });

  it('LSP swaps 0-5 1-4 2-3 6-11 7-10 8-9 and names the source of its sigmas', () => {
    const { lsp14 } = SKELETONS;
    const pairs = lsp14.flipPairs
      .map((pair) => [...pair].sort((a, b) => a - b))
      .sort(([a], [b]) => a! - b!);
    expect(pairs).toEqual([
      [0, 5],
      [1, 4],
      [2, 3],
      [6, 11],
      [7, 10],
      [8, 9],
    ]);
    expect(lsp14.sigmas).toEqual(
      [0.89, 0.87, 1.07, 1.07, 0.87, 0.89, 0.62, 0.72, 0.79, 0.79, 0.72, 0.62, 0.79, 0.79].map(
        (value) => value / 10,
      ),
    );
    expect(lsp14.sigmasSource).toBe('COCO; CrowdPose 0.079 for neck, head_top');
  });

  it('MPII says which joints have no published sigma', () => {
    expect(SKELETONS.mpii16.flipPairs).toHaveLength(6);
    expect(SKELETONS.mpii16.sigmasSource).toContain('default 0.079 for pelvis');
  });

  it('has limbs between joints that exist', () => {
    for (const { edges, joints } of Object.values(SKELETONS)) {
      expect(edges.flat().every((joint) => joint >= 0 && joint < joints.length)).toBe(true);
    }
  });
});

describe('buildSkeleton', () => {
  it('recognises a known list of joints', () => {
    expect(buildSkeleton('person-17', SKELETONS.coco17.joints, []).name).toBe('coco-17');
    expect(buildSkeleton('mouse-2', ['snout', 'tail'], []).name).toBe('mouse-2');
  });

  it.each([
    [['left_paw', 'right_paw']],
    [['Left Paw', 'Right Paw']],
    [['leftPaw', 'rightPaw']],
    [['paw_L', 'paw_R']],
    [['l-paw', 'r-paw']],
  ])('pairs %s', (joints) => {
    expect(buildSkeleton('x', ['nose', ...joints], []).flipPairs).toEqual([[1, 2]]);
  });

  it('leaves joints without a partner alone', () => {
    expect(buildSkeleton('x', ['left_paw', 'snout', 'lure', 'rear'], []).flipPairs).toEqual([]);
  });

  it('refuses doubles and limbs to nowhere', () => {
    expect(() => buildSkeleton('x', ['left_hip', 'Left Hip'], [])).toThrow('got "left_hip" twice');
    expect(() => buildSkeleton('x', ['a', 'b'], [[0, 2]])).toThrow(
      'Expected limbs between 2 joints, got joint 3',
    );
  });
});
