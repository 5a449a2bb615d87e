import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply, compose } from '../../src/pose/affine.ts';
import {
  cropFromImage,
  cropFromInput,
  inputFromImage,
  viewSize,
} from '../../src/pose/crop-geometry.ts';
import type { CropSpec } from '../../src/pose/types.ts';

const spec: CropSpec = {
  input: { width: 48, height: 64 },
  boxScale: 1.25,
  margin: { width: 1.5, height: 1.25 },
  stored: { width: 90, height: 84 },
  padding: 'zero',
  origin: 'centres',
  fill: [1, 2, 3],
};

const box = fc.record({
  x: fc.double({ min: -50, max: 500, noNaN: true }),
  y: fc.double({ min: -50, max: 500, noNaN: true }),
  width: fc.double({ min: 1, max: 400, noNaN: true }),
  height: fc.double({ min: 1, max: 400, noNaN: true }),
});
const origin = fc.constantFrom('centres' as const, 'edges' as const);

describe('the field of view', () => {
  it('grows the short side of the box to the aspect of the input, then both by the scale', () => {
    expect(viewSize({ width: 30, height: 80 }, spec)).toEqual({ width: 75, height: 100 });
    expect(viewSize({ width: 90, height: 80 }, spec)).toEqual({ width: 112.5, height: 150 });
    expect(viewSize({ width: 0, height: 80 }, spec)).toEqual({ width: 75, height: 100 });
  });

  it('cannot come from a box without any extent', () => {
    const nothing = { x: 3, y: 4, width: 0, height: 0 };
    expect(() => inputFromImage(nothing, spec)).toThrow(/extent.*0×0 at \(3, 4\)/);
    expect(() => cropFromImage(nothing, spec)).toThrow(/extent/);
  });
});

describe('picture to input', () => {
  const person = { x: 100, y: 40, width: 30, height: 80 };

  it('by pixel centres puts the centre of the box at W/2, H/2', () => {
    const affine = inputFromImage(person, spec);
    expect(apply(affine, { x: 115, y: 80 })).toEqual({ x: 24, y: 32 });
    expect(apply(affine, { x: 115 + 75 / 2, y: 80 })).toEqual({ x: 48, y: 32 });
  });

  it('by edges lays the field of view exactly onto the input', () => {
    const affine = inputFromImage(person, { ...spec, origin: 'edges' });
    // The left edge of the view is picture coordinate 115 − 37.5 as an edge, −0.5 as a pixel centre.
    const { x, y } = apply(affine, { x: 115 - 37.5 - 0.5, y: 80 - 50 - 0.5 });
    expect(x).toBeCloseTo(-0.5, 9);
    expect(y).toBeCloseTo(-0.5, 9);
    const end = apply(affine, { x: 115 + 37.5 - 0.5, y: 80 + 50 - 0.5 });
    expect(end.x).toBeCloseTo(47.5, 9);
    expect(end.y).toBeCloseTo(63.5, 9);
  });

  it('scales both axes alike and turns nothing', () => {
    fc.assert(
      fc.property(box, origin, (person, origin) => {
        const [a, b, , d, e] = inputFromImage(person, { ...spec, origin });
        expect([b, d]).toEqual([0, 0]);
        expect(a).toBeCloseTo(e, 9);
        expect(a).toBeGreaterThan(0);
      }),
    );
  });
});

describe('the stored crop', () => {
  it('agrees with the input for every box: input → crop after picture → input is picture → crop', () => {
    fc.assert(
      fc.property(box, origin, (person, origin) => {
        const its = { ...spec, origin };
        const twoSteps = compose(cropFromInput(its), inputFromImage(person, its));
        cropFromImage(person, its).forEach((value, i) => {
          expect(twoSteps[i]).toBeCloseTo(value, 6);
        });
      }),
    );
  });

  it('holds the input in its middle, with the margin around it', () => {
    const affine = cropFromInput({ ...spec, origin: 'edges' });
    // 90 = 1.25 × 48 × 1.5 and 84 = 1.05 × 64 × 1.25.
    const corner = apply(affine, { x: -0.5, y: -0.5 });
    expect(corner.x + 0.5).toBeCloseTo((90 - 1.25 * 48) / 2, 9);
    expect(corner.y + 0.5).toBeCloseTo((84 - 1.05 * 64) / 2, 9);
  });

  it('is the input itself without a margin at the same size', () => {
    const same = { ...spec, margin: { width: 1, height: 1 }, stored: spec.input };
    for (const origin of ['centres', 'edges'] as const) {
      expect(cropFromInput({ ...same, origin })).toEqual([1, 0, 0, 0, 1, 0]);
    }
  });
});
