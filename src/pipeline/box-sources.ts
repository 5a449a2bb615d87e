// Where the boxes of unlabelled pictures come from: what `--boxes` can say.
import { UsageError } from '../config/resolve.ts';

export interface BoxSources {
  /** COCO files of boxes, or of results. */
  readonly files: readonly string[];
  /** The boxes of the labelled set. */
  readonly labels: boolean;
  readonly wholeImage: boolean;
  readonly teacher: boolean;
  /** ONNX file of a person detector. */
  readonly detector: string | undefined;
}

const DETECTOR = 'detector:';

/** Nothing named means the whole picture. @throws UsageError for words that exclude each other */
export function boxSources(words: readonly string[]): BoxSources {
  const detectors = words.filter((word) => word.startsWith(DETECTOR));
  if (detectors.includes(DETECTOR))
    throw new UsageError('--boxes detector: expected an ONNX file behind it, detector:FILE.onnx');
  const named = new Set(words);
  const wholeImage = named.has('whole-image') || words.length === 0;
  const lastResorts = [
    ...detectors,
    ...['whole-image', 'teacher'].filter((word) => named.has(word)),
  ];
  if (lastResorts.length > 1)
    throw new UsageError(
      `--boxes ${lastResorts.join(' ')}: expected one of whole-image, teacher and detector:FILE at most`,
    );
  return {
    files: words.filter(
      (word) => !['labels', 'whole-image', 'teacher'].includes(word) && !word.startsWith(DETECTOR),
    ),
    labels: named.has('labels'),
    wholeImage,
    teacher: named.has('teacher'),
    detector: detectors[0]?.slice(DETECTOR.length),
  };
}
