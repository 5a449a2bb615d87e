import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeTarget,
  encodeTarget,
  TargetBlobError,
  type TargetMaps,
} from '../../db/target-blob.ts';

const value = fc.float({ min: Math.fround(-3), max: Math.fround(5), noNaN: true });
const number = fc.double({ noNaN: true });
const maps: fc.Arbitrary<TargetMaps> = fc
  .record({
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 7 }),
    joints: fc.integer({ min: 1, max: 5 }),
  })
  .chain(({ height, width, joints }) =>
    fc.record({
      heatmap: fc.float32Array({
        minLength: height * width * joints,
        maxLength: height * width * joints,
        min: Math.fround(-3),
        max: Math.fround(5),
        noNaN: true,
      }),
      shape: fc.constant([height, width, joints] as const),
      view: fc.tuple(number, number, number, number, number, number),
      flip: fc.boolean(),
      peaks: fc
        .array(value, { minLength: joints, maxLength: joints })
        .map((peaks) => Float32Array.from(peaks)),
    }),
  );

const sample: TargetMaps = {
  heatmap: Float32Array.from({ length: 4 * 3 * 2 }, (_, i) => Math.sin(i) - 0.2),
  shape: [4, 3, 2],
  view: [1, 0.5, -3, 0.25, 1, 7],
  flip: true,
  peaks: Float32Array.of(0.5, 0.25),
};

describe('the target blob', () => {
  it('keeps every value within half a quantisation step of its map, negative ones too', () => {
    fc.assert(
      fc.property(maps, (target) => {
        const decoded = decodeTarget(encodeTarget(target));
        const joints = target.shape[2];
        for (let joint = 0; joint < joints; joint++) {
          const before = target.heatmap.filter((_, i) => i % joints === joint);
          const after = decoded.heatmap.filter((_, i) => i % joints === joint);
          const half = (Math.max(...before) - Math.min(...before)) / 510;
          const rounding = 2e-6;
          before.forEach((value, i) => {
            expect(Math.abs(value - after[i]!)).toBeLessThanOrEqual(half + rounding);
          });
        }
      }),
    );
  });

  it('keeps shape, view, mirror and peaks exactly', () => {
    fc.assert(
      fc.property(maps, (target) => {
        const { shape, view, flip, peaks } = decodeTarget(encodeTarget(target));
        expect({ shape, view, flip, peaks }).toEqual({
          shape: target.shape,
          view: target.view,
          flip: target.flip,
          peaks: target.peaks,
        });
      }),
    );
  });

  it('leaves the maximum of a map where it is; a value within a step of it may join it there', () => {
    fc.assert(
      fc.property(maps, (target) => {
        const { heatmap } = decodeTarget(encodeTarget(target));
        const joints = target.shape[2];
        const mapOf = (values: Float32Array, joint: number) =>
          values.filter((_, i) => i % joints === joint);
        for (let joint = 0; joint < joints; joint++) {
          const before = mapOf(target.heatmap, joint);
          const after = mapOf(heatmap, joint);
          expect(after[before.indexOf(Math.max(...before))]).toBe(Math.max(...after));
        }
      }),
    );
  });

  it('notices every flipped bit', () => {
    const blob = encodeTarget(sample);
    for (let bit = 0; bit < blob.length * 8; bit++) {
      const damaged = Buffer.from(blob);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodeTarget(damaged)).toThrow(TargetBlobError);
    }
  });

  it('notices every missing end', () => {
    const blob = encodeTarget(sample);
    for (let length = 0; length < blob.length; length++) {
      expect(() => decodeTarget(blob.subarray(0, length))).toThrow(TargetBlobError);
    }
  });

  it('refuses values that are not finite, and lengths that do not fit the shape', () => {
    const heatmap = Float32Array.from(sample.heatmap);
    heatmap[5] = NaN;
    expect(() => encodeTarget({ ...sample, heatmap })).toThrow(/finite.*NaN at index 5/);
    heatmap[5] = -Infinity;
    expect(() => encodeTarget({ ...sample, heatmap })).toThrow(/finite/);
    expect(() => encodeTarget({ ...sample, shape: [4, 4, 2] })).toThrow(/4×4×2/);
  });
});
