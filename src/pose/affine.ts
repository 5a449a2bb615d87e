// Plane geometry with 2x3 affines: compose, invert, apply, and similarities about a centre.
import type { Affine, Point } from './types.ts';

export const identity: Affine = [1, 0, 0, 0, 1, 0];

/** The map that applies `inner` first, then `outer`: compose(bFromA, aFromC) = bFromC. */
export function compose(outer: Affine, inner: Affine): Affine {
  const [a, b, c, d, e, f] = outer;
  const [p, q, r, s, t, u] = inner;
  return [
    a * p + b * s,
    a * q + b * t,
    a * r + b * u + c,
    d * p + e * s,
    d * q + e * t,
    d * r + e * u + f,
  ];
}

/** The map back. @throws RangeError when the affine squeezes the plane into a line or holds a non-finite number. */
export function invert(affine: Affine): Affine {
  const [a, b, c, d, e, f] = affine;
  const determinant = a * e - b * d;
  if (determinant === 0 || !affine.every(Number.isFinite)) {
    throw new RangeError(`Expected an invertible affine, got [${affine.join(', ')}]`);
  }
  const [p, q, s, t] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return [p, q, -(p * c + q * f), s, t, -(s * c + t * f)];
}

export function apply(affine: Affine, { x, y }: Point): Point {
  const [a, b, c, d, e, f] = affine;
  return { x: a * x + b * y + c, y: d * x + e * y + f };
}

export function translation(x: number, y: number): Affine {
  return [1, 0, x, 0, 1, y];
}

/** x' = kx x, y' = ky y: scaling about the origin. */
export function scaling(x: number, y: number = x): Affine {
  return [x, 0, 0, 0, y, 0];
}

export interface SimilarityOptions {
  /** Stays where it is. */
  readonly centre: Point;
  /** Turn of the 2x2 part [[cos, sin], [-sin, cos]]: counter-clockwise on a picture whose y points down. */
  readonly degrees: number;
  /** > 0. */
  readonly scale: number;
  /** Mirrors the resulting x about the centre, after turn and scale. */
  readonly mirror?: boolean;
}

/** Rotation, uniform scale and mirror about a centre: angles stay angles, on crops of any aspect. */
export function similarity({ centre, degrees, scale, mirror = false }: SimilarityOptions): Affine {
  const radians = (degrees * Math.PI) / 180;
  const [c, s] = [scale * Math.cos(radians), scale * Math.sin(radians)];
  const side = mirror ? -1 : 1;
  const linear: Affine = [side * c, side * s, 0, -s, c, 0];
  return compose(
    translation(centre.x, centre.y),
    compose(linear, translation(-centre.x, -centre.y)),
  );
}
