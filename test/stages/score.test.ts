import { describe, expect, it } from 'vitest';
import { parseMetric } from '../../src/pose/metrics/metric-name.ts';
import { buildSkeleton } from '../../src/pose/skeleton.ts';
import type { PredictedKeypoint } from '../../src/pose/types.ts';
import { score, type Truth } from '../../src/stages/score.ts';

const skeleton = buildSkeleton('four', ['left_shoulder', 'right_hip', 'left_knee', 'head_top'], []);
const box = { x: 0, y: 0, width: 100, height: 200 };

/** Torso from (0, 0) to (30, 40): 50 px, so PCK@0.2 allows 10. */
const truth = (imageId: number): Truth => ({
  ...{ box, area: 10_000, imageId },
  keypoints: [
    { x: 0, y: 0, v: 2 },
    { x: 30, y: 40, v: 2 },
    { x: 50, y: 90, v: 1 },
    { x: 5, y: 5, v: 0 },
  ],
});
const exact: PredictedKeypoint[] = [
  { x: 0, y: 0, score: 0.9 },
  { x: 30, y: 40, score: 0.7 },
  { x: 50, y: 90, score: 0.5 },
  { x: 99, y: 99, score: 0.1 },
];

describe('the score', () => {
  it('counts labelled joints within a fifth of the torso', () => {
    // Moved by 10 (right at the limit), by 10.5 (wrong) and not at all; the unlabelled joint counts for nothing.
    const moved = exact.map((k, i) =>
      i === 0 ? { ...k, x: 10 } : i === 1 ? { ...k, y: 50.5 } : k,
    );
    const result = score([truth(1), truth(2)], [exact, moved], skeleton);
    expect(result.pck).toBeCloseTo((100 * 5) / 6, 10);
    expect(result.perJoint.slice(0, 3)).toEqual([
      { joint: 'left_shoulder', count: 2, pck: 100 },
      { joint: 'right_hip', count: 2, pck: 50 },
      { joint: 'left_knee', count: 2, pck: 100 },
    ]);
    // Nobody's head is labelled.
    expect(result.peak).toBeCloseTo((0.9 + 0.7 + 0.5) / 3, 10);
    expect(result.pckProtocol).toContain('PCK@0.2');
    expect(result.apProtocol).toContain(skeleton.sigmasSource);
  });

  it('gives OKS-AP 1 to exact predictions, and 1/2 where one of two people is far off and ranks last', () => {
    expect(score([truth(1)], [exact], skeleton).ap).toBeCloseTo(1, 12);
    const off = exact.map((k) => ({ ...k, x: k.x + 500, score: k.score / 2 }));
    const half = score([truth(1), truth(2)], [exact, off], skeleton);
    // Recall 0.5 is reached at full precision, so 51 of the 101 recalls of the grid count.
    expect(half.ap).toBeCloseTo(51 / 101, 10);
    expect(half.ar).toBeCloseTo(0.5, 10);
  });

  it('has no PCK for a skeleton without a torso, and says so', () => {
    const paw = buildSkeleton('paw', ['toe', 'heel'], []);
    const keypoints = [
      { x: 1, y: 1, v: 2 as const },
      { x: 9, y: 9, v: 2 as const },
    ];
    const predicted = keypoints.map(({ x, y }) => ({ x, y, score: 1 }));
    const result = score([{ box, area: 100, imageId: 1, keypoints }], [predicted], paw);
    expect(result.pck).toBeUndefined();
    expect(result.pckProtocol).toContain('Expected the torso joint left_shoulder among toe, heel');
  });
});

describe('metrics by name', () => {
  const measured = (...names: string[]) =>
    score([truth(1)], [exact.map((k) => ({ ...k, x: k.x + 6 }))], skeleton, {
      metrics: names.map(parseMetric),
      conditions: 'boxes of a test',
    }).metrics;

  it('come in the order in which they were asked for, each with its protocol', () => {
    const found = measured('epe', 'pck-box@0.02', 'auc@0.2', 'oks');
    expect(found.map(({ name }) => name).slice(0, 4)).toEqual(['EPE', 'PCK-box@0.02', 'AUC', 'AP']);
    expect(found).toHaveLength(13);
    expect(found[0]).toMatchObject({ value: 6, unit: 'px' });
    expect(found[1]!.value).toBe(0);
    for (const { protocol } of found) expect(protocol).toContain('; boxes of a test');
  });

  it('say why there is none: a skeleton without a neck has no head', () => {
    const [pckh] = measured('pckh');
    expect(pckh).toMatchObject({ name: 'PCKh@0.5', value: undefined });
    expect(pckh!.protocol).toContain('Expected the head joint upper_neck among left_shoulder');
  });

  it.each(['pkc', 'oks@0.5', 'pck@', 'pck@-1', 'epe@3'])('refuse %s', (name) => {
    expect(() => parseMetric(name)).toThrow(/Expected a metric among pck, pckh, .*got "/);
  });

  it('ignore a crowd in OKS-AP, as pycocotools, where it takes a detection that misses', () => {
    const far = exact.map((k) => ({ ...k, x: k.x + 500, score: 0.99 }));
    const crowd = {
      ...{ ...truth(2), keypoints: far.map(({ x, y }) => ({ x, y, v: 2 as const })) },
      ...{ crowd: true, unlabelled: false },
    };
    const people = [truth(1), truth(2)];
    const plain = score(people, [exact, far], skeleton).ap;
    const ignoring = score(people, [exact, far], skeleton, { ignored: [crowd] }).ap;
    expect(ignoring).toBeGreaterThan(plain);
  });

  it('leave out the less sure of two predictions that are the same, where areas are known', () => {
    const moved = <T extends { x: number }>(joints: readonly T[], by: number) =>
      joints.map((joint) => ({ ...joint, x: joint.x + by }));
    const person = (at: number) => ({ ...truth(1), keypoints: moved(truth(1).keypoints, at) });
    const sure = (at: number, peak: number) =>
      moved(exact, at).map((joint) => ({ ...joint, score: peak }));
    // The second one's prediction went to the first one, a pixel beside the first one's own.
    const people = [person(0), person(300), person(600)];
    const predictions = [sure(0, 0.9), sure(1, 0.95), sure(600, 0.7)];
    const ap = (areas?: readonly number[]) => score(people, predictions, skeleton, { areas });
    // Recall 2/3 is reached at full precision without the double, at 2/3 with it.
    expect(ap([1e4, 1e4, 1e4]).ap).toBeCloseTo(67 / 101, 10);
    expect(ap([1e4, 1e4, 1e4]).apProtocol).toContain('OKS-NMS 0.9');
    expect(ap().ap).toBeCloseTo((34 + (33 * 2) / 3) / 101, 10);
  });
});
