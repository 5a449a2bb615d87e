// Compares what a layout declares with what the ONNX file says of itself, before any picture is read.
import type { OnnxPort, OnnxPorts } from '../../engine/external/ports.ts';
import type { DetectorLayout } from './layout.ts';
import { shapeText } from './outputs.ts';

/** Types of outputs that can be read. */
const READABLE = ['float32', 'int32', 'int64'];

/** @returns the name of the input. @throws Error with the field of the layout, what it says and what the file has */
export function checkPorts({ inputs, outputs }: OnnxPorts, layout: DetectorLayout): string {
  const input = portNamed(inputs, layout.input.name, 'input: name');
  const { width, height, order, type } = layout.input;
  const fed = order === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3];
  const isFree = (size: number | string | undefined) => typeof size !== 'number' || size < 0;
  const fits =
    input.shape.length === 0 ||
    (input.shape.length === 4 &&
      fed.every((n, i) => isFree(input.shape[i]) || input.shape[i] === n));
  if (!fits)
    throw new Error(
      `input: the layout feeds ${shapeText(fed)} (${order}, height ${height}, width ${width}), the file takes ${input.name} of ${shapeText(input.shape)}`,
    );
  if (input.type !== type)
    throw new Error(
      `input: type: the layout feeds ${type}, the file takes ${input.name} of ${input.type}; float32 and uint8 can be fed`,
    );
  for (const [field, name] of namesOf(layout)) {
    const output = portNamed(outputs, name, `output: ${field}`);
    if (!READABLE.includes(output.type))
      throw new Error(
        `output: ${field}: ${output.name} is of ${output.type}, and only ${READABLE.join(', ')} can be read: export it with float32 outputs`,
      );
  }
  return input.name;
}

/** Fields of the layout that name outputs. */
function namesOf(layout: DetectorLayout): readonly (readonly [string, string | undefined])[] {
  if (layout.layout === 'yolo') return [['name', layout.output.name]];
  const { boxes, scores, classes, count } = layout.output;
  const all = Object.entries({ boxes, scores, classes, count });
  return all.filter(([, name]) => name !== undefined);
}

/** The one of that name; without a name, the only one. */
function portNamed(ports: readonly OnnxPort[], name: string | undefined, field: string): OnnxPort {
  const port = name === undefined ? ports[0] : ports.find((one) => one.name === name);
  if (port && (name !== undefined || ports.length === 1)) return port;
  throw new Error(
    `${field}: expected one of ${ports.map((one) => one.name).join(', ')}, got ${name ?? 'none'}`,
  );
}
