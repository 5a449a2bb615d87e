// Writes predictions as CSV, a row a joint: path, person, joint, x, y, score.
import type { PredictedPerson, Skeleton } from '../pose/types.ts';

/** RFC 4180 with \n; people of a picture count from 1 in the order given; pixels to two decimals. */
export function csvOf(
  people: readonly PredictedPerson[],
  skeleton: Pick<Skeleton, 'joints'>,
): string {
  const counts = new Map<string, number>();
  const rows = people.flatMap(({ path, keypoints }) => {
    const person = (counts.get(path) ?? 0) + 1;
    counts.set(path, person);
    return keypoints.map(({ x, y, score }, joint) =>
      [
        quoted(path),
        person,
        quoted(skeleton.joints[joint]!),
        x.toFixed(2),
        y.toFixed(2),
        score.toFixed(4),
      ].join(','),
    );
  });
  return `${['path,person,joint,x,y,score', ...rows].join('\n')}\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
