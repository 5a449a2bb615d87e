// What label files are read into: pictures and the people on them.
import type { Box, Keypoint, Size, Skeleton } from '../pose/types.ts';

export interface LabelledImage extends Size {
  readonly id: number;
  /** Relative to some folder of pictures, forward slashes, never climbing with `..`. */
  readonly fileName: string;
}

export interface LabelledPerson {
  readonly annotationId: number;
  readonly imageId: number;
  readonly fileName: string;
  readonly box: Box;
  /** One a joint; null where no joint is labelled. */
  readonly keypoints: readonly Keypoint[] | null;
  /** Square pixels, for OKS: the person's mask where the file has one, else the box. */
  readonly area: number;
  /** A group under one box: never trained on, ignored in OKS-AP. */
  readonly crowd: boolean;
  /** Of the detector; 1 for labels. */
  readonly score: number;
}

/** People of the file that are not among `people`. */
export interface SkippedPeople {
  /** Boxes without width or height. */
  readonly emptyBox: number;
  readonly otherCategory: number;
}

export interface BoxSet {
  readonly images: readonly LabelledImage[];
  readonly people: readonly LabelledPerson[];
  readonly skipped: SkippedPeople;
}

export interface LabelSet extends BoxSet {
  readonly skeleton: Skeleton;
}

/** A person to train on. */
export interface TrainablePerson extends LabelledPerson {
  readonly keypoints: readonly Keypoint[];
}

/** The people with keypoints, in file order, and how many others there are. */
export function trainablePeople(people: readonly LabelledPerson[]): {
  readonly people: readonly TrainablePerson[];
  readonly skipped: { readonly crowd: number; readonly withoutKeypoints: number };
} {
  const single = people.filter(({ crowd }) => !crowd);
  const trainable = single.filter((person): person is TrainablePerson => person.keypoints !== null);
  const crowd = people.length - single.length;
  return {
    people: trainable,
    skipped: { crowd, withoutKeypoints: single.length - trainable.length },
  };
}
