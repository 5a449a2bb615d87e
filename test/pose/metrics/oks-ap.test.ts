import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oksAp } from '../../../src/pose/metrics/oks-ap.ts';
import type { DetectedPerson, TruePerson } from '../../../src/pose/metrics/oks-match.ts';
import type { Keypoint } from '../../../src/pose/types.ts';

const sigmas = [0.05, 0.08, 0.1];
const point = fc.record({
  x: fc.integer({ min: 0, max: 200 }),
  y: fc.integer({ min: 0, max: 150 }),
});
const keypoint = fc.record({
  x: fc.integer({ min: 0, max: 200 }),
  y: fc.integer({ min: 0, max: 150 }),
  v: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
});
const imageId = fc.integer({ min: 1, max: 6 });
const truth = fc
  .record({
    imageId,
    keypoints: fc.tuple(keypoint, keypoint, keypoint),
    box: fc.record({
      x: fc.nat(100),
      y: fc.nat(100),
      width: fc.integer({ min: 1, max: 150 }),
      height: fc.integer({ min: 1, max: 150 }),
    }),
    crowd: fc.boolean(),
  })
  .map((one): TruePerson => ({
    ...one,
    area: one.box.width * one.box.height,
    unlabelled: one.keypoints.every(({ v }) => v === 0),
  }));
// Equal scores are ranked by picture id, so scores differ here.
const people = fc.record({
  truths: fc.array(truth, { maxLength: 12 }),
  detections: fc
    .array(fc.record({ imageId, keypoints: fc.tuple(point, point, point) }), { maxLength: 15 })
    .chain((found) =>
      fc
        .shuffledSubarray(
          found.map((_, i) => i),
          { minLength: found.length },
        )
        .map((ranks) =>
          found.map((one, i): DetectedPerson => ({
            ...one,
            score: (ranks[i]! + 1) / (found.length + 1),
          })),
        ),
    ),
});
const score = (truths: readonly TruePerson[], detections: readonly DetectedPerson[]) => {
  const { ap, ap50, ap75, apMedium, apLarge, ...rest } = oksAp({
    truths,
    detections,
    sigmas,
    sigmasSource: 'test',
  });
  const { ar, ar50, ar75, arMedium, arLarge } = rest;
  return { ap, ap50, ap75, apMedium, apLarge, ar, ar50, ar75, arMedium, arLarge };
};

/** pycocotools divides by right + wrong + 2^-52. */
const almostOne = expect.closeTo(1, 12) as number;

describe('oksAp', () => {
  it('does not depend on the order of pictures or of detections', () => {
    fc.assert(
      fc.property(people, ({ truths, detections }) => {
        const byImage = (id: number) => truths.filter((one) => one.imageId === id);
        const reordered = [6, 5, 4, 3, 2, 1].flatMap(byImage);
        expect(score(reordered, detections.toReversed())).toEqual(score(truths, detections));
      }),
    );
  });

  it('does not depend on the ids of pictures', () => {
    fc.assert(
      fc.property(people, ({ truths, detections }) => {
        const renamed = <T extends { imageId: number }>(one: T) => ({
          ...one,
          imageId: 700 - 3 * one.imageId,
        });
        expect(score(truths.map(renamed), detections.map(renamed))).toEqual(
          score(truths, detections),
        );
      }),
    );
  });

  it('stays between 0 and 1, or is -1 where nobody counts', () => {
    fc.assert(
      fc.property(people, ({ truths, detections }) => {
        const numbers = score(truths, detections);
        for (const value of Object.values(numbers))
          expect(value === -1 || (value >= 0 && value <= 1)).toBe(true);
        const counts = truths.some(({ crowd, unlabelled }) => !crowd && !unlabelled);
        expect(numbers.ap === -1).toBe(!counts);
      }),
    );
  });

  const labelled = (x: number): Keypoint[] => [0, 10, 20].map((y) => ({ x, y: y + 20, v: 2 }));
  const person: TruePerson = {
    imageId: 1,
    keypoints: labelled(50),
    box: { x: 40, y: 10, width: 40, height: 60 },
    area: 2400,
    crowd: false,
    unlabelled: false,
  };

  it('is 1 for the truth itself and 0 without detections', () => {
    const detection = { imageId: 1, keypoints: person.keypoints, score: 0.5 };
    expect(score([person], [detection])).toMatchObject({
      ap: almostOne,
      ar: 1,
      apMedium: almostOne,
      apLarge: -1,
    });
    expect(score([person], [])).toMatchObject({ ap: 0, ar: 0 });
  });

  it('counts a second detection of the same person as wrong, of a crowd as nothing', () => {
    const found = (score: number) => ({ imageId: 1, keypoints: person.keypoints, score });
    const other = { ...person, imageId: 2 };
    const twice = [found(0.9), found(0.8), { ...found(0.1), imageId: 2 }];
    expect(score([person, other], twice).ap).toBeLessThan(0.9);
    expect(score([{ ...person, crowd: true }, other], twice).ap).toEqual(almostOne);
  });

  it('says what it computed', () => {
    const { protocol } = oksAp({
      truths: [],
      detections: [],
      sigmas,
      sigmasSource: 'my table',
      maxDetections: 5,
    });
    expect(protocol).toBe(
      'OKS-AP as pycocotools, OKS 0.50:0.95, at most 5 detections a picture, sigmas: my table',
    );
  });
});
