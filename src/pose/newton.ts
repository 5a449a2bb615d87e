// One Newton step on the logarithm of a blurred heatmap, which is a parabola around the peak of a Gaussian.
import { blur, gaussianKernel } from './blur.ts';
import type { Point, Size } from './types.ts';

/** The highest pixel of one map [height, width]. */
export interface Peak extends Point {
  readonly map: Float64Array;
  readonly size: Size;
  /** Height there. */
  readonly score: number;
}

/**
 * DARK (Zhang et al., CVPR 2020): zero border, blurred map scaled back to its height, second differences over two pixels;
 * peaks less than two pixels from the border stay where they are.
 * Source: lib/core/inference.py of ilovepose/DarkPose.
 */
export function refineDark({ x, y, map, size, score }: Peak, kernel: number): Point {
  const { width, height } = size;
  if (!(x > 1 && x < width - 2 && y > 1 && y < height - 2)) return { x, y };
  const blurred = blur(map, size, gaussianKernel(kernel), 'zero');
  const scale = score / blurred.reduce((a, b) => Math.max(a, b), 0);
  const log = (dx: number, dy: number) =>
    Math.log(Math.max(1e-10, scale * blurred[(y + dy) * width + x + dx]!));
  const centre = 2 * log(0, 0);
  return newtonStep(
    { x, y },
    { x: 0.5 * (log(1, 0) - log(-1, 0)), y: 0.5 * (log(0, 1) - log(0, -1)) },
    {
      xx: 0.25 * (log(2, 0) - centre + log(-2, 0)),
      yy: 0.25 * (log(0, 2) - centre + log(0, -2)),
      xy: 0.25 * (log(1, 1) - log(-1, 1) - log(1, -1) + log(-1, -1)),
    },
  );
}

/** Added to the diagonal, as in the source: float32 epsilon. */
const EPSILON = 2 ** -23;

/**
 * UDP (Huang et al., CVPR 2020): mirrored border, heights limited to 0.001 … 50, second differences over one pixel, pixels
 * beyond the border repeat the outermost.
 * Source: `post_dark_udp` of HuangJunJie2017/UDP-Pose.
 */
export function refineUdp({ x, y, map, size }: Peak, kernel: number): Point {
  const { width, height } = size;
  const blurred = blur(map, size, gaussianKernel(kernel), 'reflect');
  const inside = (at: number, length: number) => Math.min(length - 1, Math.max(0, at));
  const log = (dx: number, dy: number) => {
    const value = blurred[inside(y + dy, height) * width + inside(x + dx, width)]!;
    return Math.log(Math.min(50, Math.max(0.001, value)));
  };
  const [right, left, below, above] = [log(1, 0), log(-1, 0), log(0, 1), log(0, -1)];
  const centre = 2 * log(0, 0);
  return newtonStep(
    { x, y },
    { x: 0.5 * (right - left), y: 0.5 * (below - above) },
    {
      xx: right - centre + left + EPSILON,
      yy: below - centre + above + EPSILON,
      xy: 0.5 * (log(1, 1) - right - below + centre - left - above + log(-1, -1)),
    },
  );
}

/** at - H^-1 g; stays where it is when H cannot be inverted. */
function newtonStep(
  at: Point,
  slope: Point,
  { xx, yy, xy }: { readonly xx: number; readonly yy: number; readonly xy: number },
): Point {
  const determinant = xx * yy - xy * xy;
  if (determinant === 0) return at;
  return {
    x: at.x - (yy * slope.x - xy * slope.y) / determinant,
    y: at.y - (xx * slope.y - xy * slope.x) / determinant,
  };
}
