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

/** Relative to the larger of 1 and the expected number. */
export function relativeDifference(got: readonly number[], expected: readonly number[]): number {
  expect(got).toHaveLength(expected.length);
  return Math.max(
    0,
    ...got.map((value, i) => Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!))),
  );
}

/** The reference stores centre and scale as float32. */
export const VIEW_TOLERANCE = 1e-5;

export const viewDifference = (
  { centre, scale }: CentreScale,
  expected: { center: XY; scale: XY },
): number =>
  Math.max(
    relativeDifference(flat(centre), expected.center),
    ...[scale.width, scale.height].map((value, i) => Math.abs(value / expected.scale[i]! - 1)),
  );
