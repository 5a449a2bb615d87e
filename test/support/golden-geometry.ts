// Golden geometry in our types, and comparisons within the reference's float32 storage.
import { expect } from 'vitest';
import type { CentreScale } from '../../src/pose/box.ts';
import type { Affine, Box, Point, Size } from '../../src/pose/types.ts';

export type XY = [number, number];
export type XYWH = [number, number, number, number];
export type Rows = [[number, number, number], [number, number, number]];

export const boxOf = ([x, y, width, height]: XYWH): Box => ({ x, y, width, height });
export const sizeOf = ([width, height]: XY): Size => ({ width, height });
export const pointOf = ([x, y]: XY): Point => ({ x, y });
export const affineOf = (rows: Rows): Affine => [...rows[0], ...rows[1]];
export const flat = ({ x, y }: Point): XY => [x, y];
export const viewOf = (c: { center: XY; scale: XY }): CentreScale => ({
  centre: pointOf(c.center),
  scale: sizeOf(c.scale),
});

/** Relative to the larger of 1 and the expected number: float32 storage. */
export function expectClose(
  got: readonly number[],
  expected: readonly number[],
  relative: number,
): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(
      relative * Math.max(1, Math.abs(expected[i]!)),
    );
  });
}

export function expectView(got: CentreScale, expected: { center: XY; scale: XY }): void {
  expectClose(flat(got.centre), expected.center, 1e-5);
  [got.scale.width, got.scale.height].forEach((value, i) => {
    expect(Math.abs(value / expected.scale[i]! - 1)).toBeLessThanOrEqual(1e-5);
  });
}
