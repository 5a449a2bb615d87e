// Draws a prediction on its picture.
import { readFile } from 'node:fs/promises';
import { rawPath } from '../../db/raw-path.ts';
import { decodeRgb } from '../image/decode.ts';
import { drawKeypoints } from '../image/overlay.ts';
import type { PredictedKeypoint, Skeleton } from '../pose/types.ts';

/** @returns a JPEG file */
export async function drawOverlay(
  path: string,
  keypoints: readonly PredictedKeypoint[],
  skeleton: Skeleton,
): Promise<Uint8Array> {
  const { pixels, size } = await decodeRgb(await readFile(rawPath(path)));
  return drawKeypoints(pixels, size, keypoints, skeleton);
}
