// Which channel a joint's heatmap has in a mirrored picture.
import type { Skeleton } from './types.ts';

/**
 * Index of the left/right partner of each channel, its own index where it has none.
 * @param networks whose joints lie one behind the other
 */
export function partners(
  { joints, flipPairs }: Pick<Skeleton, 'joints' | 'flipPairs'>,
  networks = 1,
): number[] {
  const partner = joints.map((_, joint) => joint);
  for (const [a, b] of flipPairs) [partner[a], partner[b]] = [b, a];
  return Array.from({ length: networks }, (_, network) =>
    partner.map((joint) => network * joints.length + joint),
  ).flat();
}
