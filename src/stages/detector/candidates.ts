// Reads the people out of a detector's output tensors.
import type { FoundBox } from '../picture.ts';
import type { DetectorLayout, SsdLayout, YoloLayout } from './layout.ts';

export interface OutputArray {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

export type Outputs = Readonly<Record<string, OutputArray>>;

/** Boxes in pixels of the network's input, with a score of at least the layout's. @throws Error where tensors do not fit it */
export function candidates(outputs: Outputs, layout: DetectorLayout): FoundBox[] {
  const all = layout.layout === 'yolo' ? fromYolo(outputs, layout) : fromSsd(outputs, layout);
  return all.filter(
    ({ x, y, width, height, score }) =>
      [x, y, width, height].every(Number.isFinite) && score >= layout.score,
  );
}

function fromYolo(outputs: Outputs, { output }: YoloLayout): FoundBox[] {
  const { data, shape } = named(outputs, output.name ?? Object.keys(outputs)[0]);
  const [batch, first, second] = shape;
  const isRows = output.candidates === 'rows';
  const count = isRows ? first : second;
  const numbers = isRows ? second : first;
  const score = 4 + (output.objectness ? 1 : 0) + output.person;
  if (shape.length !== 3 || batch !== 1 || count === undefined || numbers! <= score)
    throw new Error(
      `expected an output of ${isRows ? '[1, candidates, numbers]' : '[1, numbers, candidates]'} with more than ${score} numbers, got [${shape.join(', ')}]`,
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

function fromSsd(outputs: Outputs, { output, input }: SsdLayout): FoundBox[] {
  const boxes = named(outputs, output.boxes);
  const scores = named(outputs, output.scores);
  const classes = output.classes === undefined ? undefined : named(outputs, output.classes);
  const total = boxes.data.length / 4;
  const perClass = classes ? 1 : scores.data.length / total;
  if (!Number.isInteger(total) || !Number.isInteger(perClass) || perClass < 1)
    throw new Error(
      `expected boxes of [1, n, 4] and a score each, got [${boxes.shape.join(', ')}] and [${scores.shape.join(', ')}]`,
    );
  const count = output.count === undefined ? total : named(outputs, output.count).data[0]!;
  const scale = output.unit === 'input' ? input : { width: 1, height: 1 };
  return Array.from({ length: Math.min(total, count) }, (_, i) => {
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
  });
}

function named(outputs: Outputs, name: string | undefined): OutputArray {
  const output = name === undefined ? undefined : outputs[name];
  if (output) return output;
  throw new Error(
    `expected a float32 output ${name ?? ''}, got ${Object.keys(outputs).join(', ') || 'none'}`,
  );
}
