// How far each labelled joint was missed: what PCK, AUC and EPE are made from.
import type { Box, Keypoint, Point, Skeleton } from '../types.ts';
import { distance, referenceLength, type Reference } from './reference-length.ts';

export interface JointErrorOptions {
  /** [person][joint] */
  readonly truths: readonly (readonly Keypoint[])[];
  /** [person][joint], the same pixels as the truths. */
  readonly predictions: readonly (readonly Point[])[];
  readonly skeleton: Pick<Skeleton, 'joints'>;
  /** @default { kind: 'torso' } */
  readonly reference?: Reference;
  /** [person]: for the reference `box`. */
  readonly boxes?: readonly Box[];
}

export interface JointError {
  readonly pixels: number;
  /** Of the person's reference; undefined where that is unknown. */
  readonly length: number | undefined;
}

export interface JointErrors {
  /** [joint][person whose joint is labelled] */
  readonly perJoint: readonly (readonly JointError[])[];
  /** People whose reference is unknown or has no length. */
  readonly withoutReference: number;
  /** The reference in words. */
  readonly reference: string;
}

export function jointErrors(options: JointErrorOptions): JointErrors {
  const { truths, predictions, skeleton, reference = { kind: 'torso' }, boxes } = options;
  if (predictions.length !== truths.length) {
    throw new RangeError(`Expected ${truths.length} predicted people, got ${predictions.length}`);
  }
  const { lengthOf, name } = referenceLength(reference, skeleton);
  const perJoint = skeleton.joints.map((): JointError[] => []);
  let withoutReference = 0;
  truths.forEach((truth, person) => {
    const length = lengthOf(truth, boxes?.[person]);
    if (length === undefined) withoutReference++;
    truth.forEach((keypoint, joint) => {
      if (keypoint.v === 0) return;
      const pixels = distance(keypoint, predictions[person]![joint]!);
      perJoint[joint]!.push({ pixels, length });
    });
  });
  return { perJoint, withoutReference, reference: name };
}
