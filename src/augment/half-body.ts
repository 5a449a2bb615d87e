// Half-body views of labelled people: the crop closes in on the upper or the lower half, as pictures that cut people off do.
import type { Rng } from '../pose/random.ts';
import type { Affine, Keypoint, Size, Skeleton } from '../pose/types.ts';

/** Labelled joints that a person, and the half chosen, must have. */
const LEAST = { person: 8, half: 3 };
/** Box around the half's joints, grown by this. */
const MARGIN = 1.5;

/**
 * Half-body view pixel to input pixel; undefined where the joints do not suffice.
 * Source: half_body_transform of deep-high-resolution-net lib/dataset/JointsDataset.py, off by default in the paper's code.
 * @param keypoints pixels of the input
 */
export function halfBodyView(
  keypoints: readonly Keypoint[],
  { joints }: Pick<Skeleton, 'joints'>,
  input: Size,
  random: Rng,
): Affine | undefined {
  const prefersUpper = random.uniform() < 0.5;
  const labelled = keypoints.flatMap(({ x, y, v }, joint) =>
    v > 0 ? [{ x, y, isLower: /hip|knee|ankle/.test(joints[joint]!) }] : [],
  );
  if (labelled.length < LEAST.person) return undefined;
  const halves = [false, true].map((isLower) => labelled.filter((j) => j.isLower === isLower));
  const [upper, lower] = halves as [typeof labelled, typeof labelled];
  const order = prefersUpper ? [upper, lower] : [lower, upper];
  const chosen = order.find((half) => half.length >= LEAST.half);
  if (!chosen) return undefined;
  const [xs, ys] = [chosen.map(({ x }) => x), chosen.map(({ y }) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  // The input's aspect around the box of the joints.
  const scale =
    MARGIN * Math.max((right - left) / input.width, (bottom - top) / input.height, 1 / 16);
  const centre = {
    x: chosen.reduce((sum, { x }) => sum + x, 0) / chosen.length,
    y: chosen.reduce((sum, { y }) => sum + y, 0) / chosen.length,
  };
  return [
    scale,
    0,
    centre.x - (scale * input.width) / 2,
    0,
    scale,
    centre.y - (scale * input.height) / 2,
  ];
}
