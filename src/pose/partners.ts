// Which channel a joint's heatmap has in a mirrored picture.
import type { Skeleton } from './types.ts';

/** Index of the left/right partner of each joint, its own index where it has none. */
export function partners({ joints, flipPairs }: Pick<Skeleton, 'joints' | 'flipPairs'>): number[] {
  const partner = joints.map((_, joint) => joint);
  for (const [a, b] of flipPairs) [partner[a], partner[b]] = [b, a];
  return partner;
}
