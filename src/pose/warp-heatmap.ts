// Moves one joint's heatmap into another frame: another size, place and turn.
import type { Affine, HeatmapAlign, Size } from './types.ts';

/** Heatmaps of one picture, channels last. */
export interface Heatmaps {
  /** [height, width, joints] */
  readonly data: Float32Array;
  readonly size: Size;
  readonly joints: number;
}

/** Pixels of a heatmap to pixels of the network's input; the factor may differ between the axes. */
export function inputFromMap(map: Size, input: Size, align: HeatmapAlign): Affine {
  const axis = (from: number, to: number) => {
    const k = align === 'corners' ? (to - 1) / (from - 1) : to / from;
    return [k, { centres: 0, edges: 0.5 * (k - 1), cells: 0.5 * k, corners: 0 }[align]] as const;
  };
  const [[kx, x], [ky, y]] = [axis(map.width, input.width), axis(map.height, input.height)];
  return [kx, 0, x, 0, ky, y];
}

/**
 * Bilinear, 0 outside the source.
 * @param channel which joint of the source
 * @param sourceFromTarget pixel of the result to pixel of the source
 * @param write takes each value, in row-major order of the result
 */
export function warpHeatmap(
  { data, size: { width, height }, joints }: Heatmaps,
  channel: number,
  { sourceFromTarget, size }: { readonly sourceFromTarget: Affine; readonly size: Size },
  write: (value: number, pixel: number) => void,
): void {
  const [a, b, c, d, e, f] = sourceFromTarget;
  const tap = (x: number, y: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : data[(y * width + x) * joints + channel]!;
  for (let row = 0; row < size.height; row++) {
    for (let column = 0; column < size.width; column++) {
      const x = a * column + b * row + c;
      const y = d * column + e * row + f;
      const [x0, y0] = [Math.floor(x), Math.floor(y)];
      const [u, v] = [x - x0, y - y0];
      const above = (1 - u) * tap(x0, y0) + u * tap(x0 + 1, y0);
      const below = (1 - u) * tap(x0, y0 + 1) + u * tap(x0 + 1, y0 + 1);
      write((1 - v) * above + v * below, row * size.width + column);
    }
  }
}
