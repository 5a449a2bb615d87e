// The length that a person's joint errors are measured against: torso, head or box.
import { plainName } from '../skeleton.ts';
import type { Box, Keypoint, Point, Skeleton } from '../types.ts';

export const REFERENCE_KINDS = ['torso', 'head', 'box'] as const;
export type ReferenceKind = (typeof REFERENCE_KINDS)[number];

export interface Reference {
  readonly kind: ReferenceKind;
  /**
   * Joints whose true distance is the length, for `torso` and `head`.
   * @default left_shoulder to right_hip; head_top to upper_neck, or to neck where there is none
   */
  readonly joints?: readonly [string, string];
}

/** How long the reference of one person is: pixels, > 0; undefined where it is unknown. */
export type LengthOf = (truth: readonly Keypoint[], box: Box | undefined) => number | undefined;

export interface ReferenceLength {
  readonly lengthOf: LengthOf;
  /** In words, for the protocol: `|left_shoulder - right_hip|`. */
  readonly name: string;
}

const TORSO = ['left_shoulder', 'right_hip'] as const;
const HEADS = [
  ['head_top', 'upper_neck'],
  ['head_top', 'neck'],
] as const;

/** @throws RangeError naming the joint that the skeleton lacks */
export function referenceLength(
  { kind, joints }: Reference,
  skeleton: Pick<Skeleton, 'joints'>,
): ReferenceLength {
  if (kind === 'box') return { lengthOf: longerSide, name: 'longer side of the box' };
  const plain = skeleton.joints.map(plainName);
  const known = HEADS.find((pair) => pair.every((name) => plain.includes(name)));
  const pair = joints ?? (kind === 'torso' ? TORSO : (known ?? HEADS[0]));
  const [from, to] = pair.map((name) => {
    const joint = plain.indexOf(plainName(name));
    if (joint !== -1) return joint;
    throw new RangeError(
      `Expected the ${kind} joint ${name} among ${skeleton.joints.join(', ')}: name two joints of this skeleton`,
    );
  }) as [number, number];
  return {
    lengthOf: (truth) => between(truth[from]!, truth[to]!),
    name: `|${skeleton.joints[from]!} - ${skeleton.joints[to]!}|`,
  };
}

/** A joint with v = 0 still measures, unless it stands at (0, 0), which is COCO's "unknown". */
function between(a: Keypoint, b: Keypoint): number | undefined {
  const isUnknown = [a, b].some(({ x, y, v }) => v === 0 && x === 0 && y === 0);
  const length = distance(a, b);
  return !isUnknown && length > 0 ? length : undefined;
}

function longerSide(_truth: readonly Keypoint[], box: Box | undefined): number | undefined {
  const side = Math.max(box?.width ?? 0, box?.height ?? 0);
  return side > 0 ? side : undefined;
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
