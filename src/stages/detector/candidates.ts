// Reads the people out of a detector's output tensors.
import { PictureError } from '../../image/picture-error.ts';
import type { FoundBox } from '../picture.ts';
import type { DetectorLayout } from './layout.ts';
import { fromSsd } from './ssd.ts';
import type { Outputs } from './outputs.ts';
import { fromYolo } from './yolo.ts';

/**
 * Boxes in pixels of the network's input, with a score of at least the layout's. One that is not made of numbers is dropped.
 * @throws Error where tensors do not fit the layout; PictureError where no score of the picture is a number
 */
export function candidates(outputs: Outputs, layout: DetectorLayout): FoundBox[] {
  const all = layout.layout === 'yolo' ? fromYolo(outputs, layout) : fromSsd(outputs, layout);
  if (all.length > 0 && all.every(({ score }) => Number.isNaN(score)))
    throw new PictureError(
      `the detector answers with NaN instead of scores (${all.length} candidates)`,
    );
  const surest = all.find(({ score }) => score > MOST);
  if (surest)
    throw new Error(
      `expected scores from 0 to 1, got ${surest.score}: either the layout reads other numbers than scores (rows or columns, objectness, person), or the file lacks its last sigmoid`,
    );
  return all.filter(
    ({ x, y, width, height, score }) =>
      [x, y, width, height].every(Number.isFinite) && score >= layout.score,
  );
}

/** A sigmoid's 1, after arithmetic in half precision. */
const MOST = 1.01;
