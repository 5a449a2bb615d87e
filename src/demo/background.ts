// A textured background: a small grid of random colours blown up smoothly, with pixel noise on top.
import type { Rng } from '../pose/random.ts';
import { integerBetween } from './draw-numbers.ts';

/** Standard deviation of the noise, in grey levels. */
const NOISE = 12;

/** [size, size, 3] RGB 0–255 from a grid of cells × cells colours, cubic interpolation, Gaussian noise. */
export function randomBackground(random: Rng, size: number, cells: number): Uint8Array {
  const grid = Float32Array.from({ length: cells * cells * 3 }, () =>
    integerBetween(random, 0, 254),
  );
  const taps = cubicTaps(cells, size);
  const rows = new Float32Array(size * cells * 3);
  for (let y = 0; y < size; y++) {
    for (let i = 0; i < cells * 3; i++) {
      let sum = 0;
      for (let k = 0; k < 4; k++)
        sum += taps.weight[4 * y + k]! * grid[taps.index[4 * y + k]! * cells * 3 + i]!;
      rows[y * cells * 3 + i] = sum;
    }
  }
  const pixels = new Uint8ClampedArray(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = 0; k < 4; k++)
          sum += taps.weight[4 * x + k]! * rows[(y * cells + taps.index[4 * x + k]!) * 3 + c]!;
        const smooth = Math.min(255, Math.max(0, sum));
        pixels[(y * size + x) * 3 + c] = smooth + NOISE * random.normal();
      }
    }
  }
  return new Uint8Array(pixels.buffer);
}

interface Taps {
  /** [size, 4] cells, clamped to the grid. */
  readonly index: Int32Array;
  /** [size, 4] weights that add up to 1. */
  readonly weight: Float32Array;
}

/** Keys' cubic convolution (a = -0.75), pixel edges aligned. */
function cubicTaps(cells: number, size: number): Taps {
  const index = new Int32Array(size * 4);
  const weight = new Float32Array(size * 4);
  for (let i = 0; i < size; i++) {
    const at = ((i + 0.5) * cells) / size - 0.5;
    const first = Math.floor(at) - 1;
    for (let k = 0; k < 4; k++) {
      index[4 * i + k] = Math.min(cells - 1, Math.max(0, first + k));
      weight[4 * i + k] = keys(Math.abs(at - first - k));
    }
  }
  return { index, weight };
}

function keys(distance: number): number {
  const a = -0.75;
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return a * (((distance - 5) * distance + 8) * distance - 4);
}
