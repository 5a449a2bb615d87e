// EPE, the end-point error: how far labelled joints are missed on average, in pixels and in reference lengths.
import { jointErrors, type JointError, type JointErrorOptions } from './joint-errors.ts';

export interface EpeResult {
  /** Pixels of the picture; NaN where nothing was labelled. */
  readonly pixels: number;
  /** Over the reference length; people without one are left out. */
  readonly normalised: number;
  /** Pixels, of each joint. */
  readonly perJoint: readonly number[];
  readonly protocol: string;
}

export function epe(options: JointErrorOptions): EpeResult {
  const { perJoint, reference } = jointErrors(options);
  const relative = perJoint
    .flat()
    .flatMap(({ pixels, length }) => (length === undefined ? [] : [pixels / length]));
  return {
    pixels: meanPixels(perJoint.flat()),
    normalised: mean(relative),
    perJoint: perJoint.map(meanPixels),
    protocol: `EPE: mean distance over all labelled joints, in pixels of the picture and over ${reference}`,
  };
}

const meanPixels = (errors: readonly JointError[]) => mean(errors.map(({ pixels }) => pixels));

const mean = (values: readonly number[]) =>
  values.reduce((total, value) => total + value, 0) / values.length;
