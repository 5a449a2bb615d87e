import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  apply,
  compose,
  identity,
  invert,
  scaling,
  similarity,
  translation,
} from '../../src/pose/affine.ts';
import type { Affine } from '../../src/pose/types.ts';

const number = fc.double({ min: -100, max: 100, noNaN: true });
const point = fc.record({ x: number, y: number });
const similarityOptions = fc.record({
  centre: point,
  degrees: fc.double({ min: -180, max: 180, noNaN: true }),
  scale: fc.double({ min: 0.5, max: 2, noNaN: true }),
  mirror: fc.boolean(),
});

function expectPoint(got: { x: number; y: number }, expected: { x: number; y: number }): void {
  expect(got.x).toBeCloseTo(expected.x, 8);
  expect(got.y).toBeCloseTo(expected.y, 8);
}

describe('affine', () => {
  it('applies the inner map first', () => {
    const outer = translation(10, 20);
    const inner = scaling(2, 3);
    expect(apply(compose(outer, inner), { x: 1, y: 1 })).toEqual({ x: 12, y: 23 });
    expect(apply(compose(inner, outer), { x: 1, y: 1 })).toEqual({ x: 22, y: 63 });
  });

  it('composes as functions do', () => {
    fc.assert(
      fc.property(similarityOptions, similarityOptions, point, (a, b, p) => {
        const [outer, inner] = [similarity(a), similarity(b)];
        expectPoint(apply(compose(outer, inner), p), apply(outer, apply(inner, p)));
      }),
    );
  });

  it('goes back where it came from', () => {
    fc.assert(
      fc.property(similarityOptions, point, (options, p) => {
        const map = similarity(options);
        expectPoint(apply(invert(map), apply(map, p)), p);
        expectPoint(apply(compose(map, invert(map)), p), apply(identity, p));
      }),
    );
  });

  it('keeps angles, grows lengths by the scale and leaves the centre', () => {
    fc.assert(
      fc.property(similarityOptions, (options) => {
        const map = similarity(options);
        expectPoint(apply(map, options.centre), options.centre);
        const [a, b, , d, e] = map;
        expect(Math.hypot(a, d)).toBeCloseTo(options.scale, 10);
        expect(Math.hypot(b, e)).toBeCloseTo(options.scale, 10);
        expect(a * b + d * e).toBeCloseTo(0, 10);
        expect(Math.sign(a * e - b * d)).toBe(options.mirror ? -1 : 1);
      }),
    );
  });

  it('turns by 90 degrees with [[cos, sin], [-sin, cos]]', () => {
    const map = similarity({ centre: { x: 0, y: 0 }, degrees: 90, scale: 1 });
    expectPoint(apply(map, { x: 1, y: 0 }), { x: 0, y: -1 });
  });

  it('refuses to invert what squeezes the plane', () => {
    const squeezed: Affine = [1, 2, 0, 2, 4, 0];
    expect(() => invert(squeezed)).toThrow('Expected an invertible affine, got [1, 2, 0, 2, 4, 0]');
    expect(() => invert([NaN, 0, 0, 0, 1, 0])).toThrow(RangeError);
  });
});
