// What detectors and teachers found in pictures, so that each looks at a picture once.
import type { Box } from '../src/pose/types.ts';
import type { Database } from './open.ts';

interface Found extends Box {
  readonly score: number;
}

/** undefined where this finder has not looked yet; empty where it saw nobody. */
export function findingOf(db: Database, imageId: number, finder: string): Found[] | undefined {
  const row = db
    .prepare<{ boxes: string }>('SELECT boxes FROM finding WHERE image_id = ? AND finder = ?')
    .get(imageId, finder);
  if (!row) return undefined;
  const boxes = JSON.parse(row.boxes) as [number, number, number, number, number][];
  return boxes.map(([x, y, width, height, score]) => ({ x, y, width, height, score }));
}

export function putFinding(
  db: Database,
  imageId: number,
  finder: string,
  found: readonly Found[],
  now = Date.now(),
): void {
  const boxes = found.map(({ x, y, width, height, score }) => [x, y, width, height, score]);
  db.prepare('INSERT OR REPLACE INTO finding (image_id, finder, boxes, found_at) VALUES (?, ?, ?, ?)').run(
    imageId, finder, JSON.stringify(boxes), now,
  ); // prettier-ignore
}
