// The box of a person whose joints are known.
import type { Box, PredictedKeypoint, Size } from './types.ts';

export interface KeypointBoxOptions {
  /** Joints with a lower peak do not count. @default 0.2, as in `personScore` */
  readonly minScore?: number;
  /** Joints that must count, or nobody is there. @default 3 */
  readonly least?: number;
  /** Joints lie inside the body: their bounding box is enlarged about its centre by this factor. @default 1.25 */
  readonly grow?: number;
}

/** Cut at the border of the picture (pixels, upright); undefined where too few joints are sure, or lie in one place. */
export function boxFromKeypoints(
  keypoints: readonly PredictedKeypoint[],
  picture: Size,
  { minScore = 0.2, least = 3, grow = 1.25 }: KeypointBoxOptions = {},
): Box | undefined {
  const sure = keypoints.filter(({ score }) => score > minScore);
  if (sure.length < least) return undefined;
  const x = extent(sure.map((joint) => joint.x), picture.width, grow); // prettier-ignore
  const y = extent(sure.map((joint) => joint.y), picture.height, grow); // prettier-ignore
  if (x.length < 1 || y.length < 1) return undefined;
  return { x: x.start, y: y.start, width: x.length, height: y.length };
}

function extent(values: readonly number[], limit: number, grow: number) {
  const [first, last] = [Math.min(...values), Math.max(...values)];
  const centre = (first + last) / 2;
  const half = ((last - first) / 2) * grow;
  const start = Math.max(0, centre - half);
  return { start, length: Math.min(limit, centre + half) - start };
}
