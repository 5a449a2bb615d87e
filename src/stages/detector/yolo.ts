// A YOLO's tensor as candidates: four numbers of the box, objectness where there is one, a score a class.
import type { FoundBox } from '../picture.ts';
import type { YoloLayout } from './layout.ts';
import { outputNamed, shapeText, type Outputs } from './outputs.ts';

/** All candidates, in pixels of the input. @throws Error where the tensor does not fit the layout */
export function fromYolo(outputs: Outputs, { output }: YoloLayout): FoundBox[] {
  const { data, shape } = outputNamed(outputs, output.name ?? Object.keys(outputs)[0]);
  const [batch, first, second] = shape;
  const isRows = output.candidates === 'rows';
  const count = isRows ? first : second;
  const numbers = isRows ? second : first;
  const score = 4 + (output.objectness ? 1 : 0) + output.person;
  if (shape.length !== 3 || batch !== 1 || count === undefined || numbers! <= score)
    throw new Error(
      `expected an output of ${isRows ? '[1, candidates, numbers]' : '[1, numbers, candidates]'} with more than ${score} numbers, got ${shapeText(shape)}`,
    );
  return Array.from({ length: count }, (_, i) => {
    const at = (n: number) => data[isRows ? i * numbers! + n : n * count + i]!;
    const objectness = output.objectness ? at(4) : 1;
    const [a, b, c, d] = [at(0), at(1), at(2), at(3)];
    const box =
      output.box === 'cxcywh'
        ? { x: a - c / 2, y: b - d / 2, width: c, height: d }
        : { x: a, y: b, width: c - a, height: d - b };
    return { ...box, score: objectness * at(score) };
  });
}
