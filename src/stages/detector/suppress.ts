// Greedy non-maximum suppression: of boxes that overlap, the surest one.
import type { Box } from '../../pose/types.ts';
import type { FoundBox } from '../picture.ts';

/** The surest first, `most` at most; no two overlap by more than `iou`. */
export function suppress(
  boxes: readonly FoundBox[],
  { iou, most }: { readonly iou: number; readonly most: number },
): FoundBox[] {
  const kept: FoundBox[] = [];
  for (const box of boxes.toSorted((a, b) => b.score - a.score)) {
    if (kept.length === most) break;
    if (kept.every((other) => overlap(box, other) <= iou)) kept.push(box);
  }
  return kept;
}

/** Intersection over union, 0–1. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (a.width * a.height + b.width * b.height - both);
}
