// An SSD's tensors as candidates: boxes beside scores, with class numbers or a score a class.
import type { FoundBox } from '../picture.ts';
import type { SsdLayout } from './layout.ts';
import { outputNamed, shapeText, type OutputArray, type Outputs } from './outputs.ts';

/** All candidates, in pixels of the input; other classes score −∞. @throws Error where the tensors do not fit the layout */
export function fromSsd(outputs: Outputs, { output, input }: SsdLayout): FoundBox[] {
  const boxes = outputNamed(outputs, output.boxes);
  const scores = outputNamed(outputs, output.scores);
  const classes = output.classes === undefined ? undefined : outputNamed(outputs, output.classes);
  const total = boxes.data.length / 4;
  const perClass = scoresEach(boxes, scores, classes);
  if (!classes && output.person >= perClass)
    throw new Error(
      `person ${output.person}: expected an index below the ${perClass} scores of a box, in ${output.scores} of ${shapeText(scores.shape)}`,
    );
  const scale = output.unit === 'input' ? input : { width: 1, height: 1 };
  return Array.from(
    { length: Math.min(total, countOf(outputs, output.count) ?? total) },
    (_, i) => {
      const [a, b, c, d] = [0, 1, 2, 3].map((n) => boxes.data[4 * i + n]!) as [number, number, number, number]; // prettier-ignore
      const [left, top, right, bottom] = output.box === 'yxyx' ? [b, a, d, c] : [a, b, c, d];
      const isOther = classes && classes.data[i] !== output.person;
      return {
        x: left * scale.width,
        y: top * scale.height,
        width: (right - left) * scale.width,
        height: (bottom - top) * scale.height,
        score: isOther ? -Infinity : scores.data[i * perClass + (classes ? 0 : output.person)]!,
      };
    },
  );
}

/** 1 beside class numbers, else the number of classes. */
function scoresEach(boxes: OutputArray, scores: OutputArray, classes?: OutputArray): number {
  const total = boxes.data.length / 4;
  const each = total === 0 ? 1 : scores.data.length / total;
  const fits = classes
    ? each === 1 && classes.data.length === total
    : // A last axis of boxes would be scores by class, then by box.
      Number.isInteger(each) && each >= 1 && (each === 1 || scores.shape.at(-1) === each);
  if (Number.isInteger(total) && fits) return each;
  const expected = classes
    ? 'boxes of [1, n, 4], scores and class numbers of [1, n]'
    : 'boxes of [1, n, 4] and scores of [1, n, classes]';
  const got = [boxes, scores, ...(classes ? [classes] : [])].map(({ shape }) => shapeText(shape));
  throw new Error(`expected ${expected}, got ${got.join(', ')}`);
}

/** Candidates that count. */
function countOf(outputs: Outputs, name: string | undefined): number | undefined {
  if (name === undefined) return undefined;
  const count = outputNamed(outputs, name).data[0];
  if (count !== undefined && count >= 0) return Math.trunc(count);
  throw new Error(`${name}: expected the number of candidates, got ${count ?? 'nothing'}`);
}
