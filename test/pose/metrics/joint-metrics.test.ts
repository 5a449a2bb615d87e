import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auc } from '../../../src/pose/metrics/auc.ts';
import { epe } from '../../../src/pose/metrics/epe.ts';
import type { Reference } from '../../../src/pose/metrics/reference-length.ts';
import { pck } from '../../../src/pose/metrics/pck.ts';
import type { Box, Keypoint, Point } from '../../../src/pose/types.ts';

const skeleton = { joints: ['Left Shoulder', 'r_hip', 'headTop', 'neck'] };
const coordinate = { min: -100, max: 100 };
const point = fc.record({ x: fc.integer(coordinate), y: fc.integer(coordinate) });
const keypoint = fc.record({
  x: fc.integer(coordinate),
  y: fc.integer(coordinate),
  v: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
});
const person = fc.record({
  truth: fc.tuple(keypoint, keypoint, keypoint, keypoint),
  prediction: fc.tuple(point, point, point, point),
  box: fc.record({
    x: fc.integer(coordinate),
    y: fc.integer(coordinate),
    width: fc.integer({ min: 1, max: 60 }),
    height: fc.integer({ min: 1, max: 90 }),
  }),
});
interface Person {
  readonly truth: readonly Keypoint[];
  readonly prediction: readonly Point[];
  readonly box: Box;
}
const people = fc.array(person, { minLength: 1, maxLength: 8 });
const kind = fc.constantFrom<Reference['kind']>('torso', 'head', 'box');
const options = (given: readonly Person[], reference: Reference) => ({
  truths: given.map(({ truth }) => truth),
  predictions: given.map(({ prediction }) => prediction),
  boxes: given.map(({ box }) => box),
  skeleton,
  reference,
});

describe('PCK, AUC and EPE', () => {
  it('do not depend on the order of people, nor on the size of the pictures', () => {
    const doubled = <T extends Point>(one: T): T => ({ ...one, x: 2 * one.x, y: 2 * one.y });
    fc.assert(
      fc.property(people, kind, (given, of) => {
        const larger = given.toReversed().map(({ truth, prediction, box }) => ({
          truth: truth.map(doubled),
          prediction: prediction.map(doubled),
          box: { ...doubled(box), width: 2 * box.width, height: 2 * box.height },
        }));
        const [one, two] = [options(given, { kind: of }), options(larger, { kind: of })];
        expect(pck(two)).toEqual(pck(one));
        expect(auc(two)).toEqual(auc(one));
        const [near, far] = [epe(one), epe(two)];
        if (Number.isNaN(near.pixels)) expect(far.pixels).toBeNaN();
        else expect(far.pixels).toBeCloseTo(2 * near.pixels, 9);
        if (Number.isNaN(near.normalised)) expect(far.normalised).toBeNaN();
        else expect(far.normalised).toBeCloseTo(near.normalised, 9);
      }),
    );
  });

  it('rise with the threshold, and the area lies below the curve at its end', () => {
    const thresholds = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(100));
    fc.assert(
      fc.property(people, kind, thresholds, (given, of, [threshold, percent]) => {
        const all = options(given, { kind: of });
        const strict = pck({ ...all, threshold: (threshold * percent) / 100 });
        const loose = pck({ ...all, threshold });
        if (Number.isNaN(loose.pooled)) return;
        expect(strict.pooled).toBeLessThanOrEqual(loose.pooled);
        expect(strict.counts).toEqual(loose.counts);
        const { auc: area } = auc(all);
        expect(area).toBeGreaterThanOrEqual(0);
        expect(area).toBeLessThanOrEqual(pck({ ...all, threshold: 0.5 }).pooled + 1e-9);
      }),
    );
  });

  it('have the values that a ruler gives', () => {
    const truth: Keypoint[] = [
      { x: 30, y: 0, v: 2 },
      { x: 0, y: 40, v: 2 },
      { x: 0, y: 0, v: 1 },
      { x: 0, y: 20, v: 0 },
    ];
    // Off by 5, 10 and 0; the neck is not labelled, and still ends the head.
    const prediction = [
      { x: 33, y: 4 },
      { x: 6, y: 48 },
      { x: 0, y: 0 },
      { x: 99, y: 99 },
    ];
    const given = [{ truth, prediction, box: { x: 0, y: 0, width: 50, height: 100 } }];
    const by = (of: Reference['kind']) => options(given, { kind: of });
    expect(epe(by('torso')).pixels).toBe(5);
    expect(epe(by('torso')).normalised).toBeCloseTo(5 / 50, 12);
    expect(epe(by('torso')).perJoint).toEqual([5, 10, 0, NaN]);
    expect(epe(by('head')).normalised).toBeCloseTo(5 / 20, 12);
    expect(epe(by('box')).normalised).toBeCloseTo(5 / 100, 12);
    expect(pck({ ...by('box'), threshold: 0.05 }).perJoint).toEqual([100, 0, 100, NaN]);
    // Of the torso: right from 0.1 and 0.2 of at most 0.4 on, in 4 intervals: 1/3, 2/3, 1, 1, 1 at 0, 0.1 … 0.4.
    const area = auc({ ...by('torso'), upTo: 0.4, intervals: 4 });
    expect(area.auc).toBeCloseTo((100 * (1 / 6 + 2 / 3 + 1 + 1 + 1 / 2)) / 4, 9);
    expect(area.protocol).toBe(
      'AUC: area under PCK@0…0.4 in 4 intervals, of |Left Shoulder - r_hip|, pooled over all labelled joints',
    );
  });
});
