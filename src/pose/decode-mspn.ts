// Decoding of MSPN: the highest pixel of the blurred map, moved a quarter pixel towards the second highest.
// Source: `get_results` of exps/mspn.2xstg.coco/test.py, megvii-research/MSPN.
import { blur, gaussianKernel } from './blur.ts';
import type { PredictedKeypoint, Size } from './types.ts';

/** Zeros around the map while it is blurred. */
const MARGIN = 10;

/** @param map [height, width]; score = height of the unblurred map at the rounded place, without the constant 0.5 that the source adds */
export function decodeMspn(map: Float64Array, size: Size, kernel: number): PredictedKeypoint {
  const { width, height } = size;
  const padded = { width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  const wide = new Float64Array(padded.width * padded.height);
  for (let y = 0; y < height; y++) {
    const row = map.subarray(y * width, (y + 1) * width);
    wide.set(row, (y + MARGIN) * padded.width + MARGIN);
  }
  const blurred = blur(wide, padded, gaussianKernel(kernel), 'reflect');
  const takeHighest = () => {
    let best = 0;
    for (let i = 1; i < blurred.length; i++) if (blurred[i]! > blurred[best]!) best = i;
    blurred[best] = 0;
    const column = best % padded.width;
    return { x: column - MARGIN, y: (best - column) / padded.width - MARGIN };
  };
  const [first, second] = [takeHighest(), takeHighest()];
  const distance = Math.hypot(second.x - first.x, second.y - first.y);
  const towards = (from: number, to: number, length: number) => {
    const moved = distance > 1e-3 ? from + (0.25 * (to - from)) / distance : from;
    return Math.max(0, Math.min(moved, length - 1));
  };
  const x = towards(first.x, second.x, width);
  const y = towards(first.y, second.y, height);
  return { x, y, score: map[Math.round(y) * width + Math.round(x)]! };
}
