import { describe, expect, it } from 'vitest';
import type { OnnxPort } from '../../../src/engine/external/ports.ts';
import { checkPorts } from '../../../src/stages/detector/check-ports.ts';
import { detectorLayout } from '../../../src/stages/detector/layout.ts';

const input = { width: 64, height: 32 };
const port = (name: string, type: string, ...shape: (number | string)[]): OnnxPort => ({
  name,
  type,
  shape,
});
const picture = port('images', 'float32', 1, 3, 32, 64);
const out = port('output0', 'float32', 1, 5, 8);
const yolo = detectorLayout.parse({ layout: 'yolo', input });

describe('checkPorts', () => {
  it('names the only input, also where sizes are free', () => {
    expect(checkPorts({ inputs: [picture], outputs: [out] }, yolo)).toBe('images');
    const free = port('x', 'float32', 'batch', 3, 'height', 'width');
    expect(checkPorts({ inputs: [free], outputs: [out] }, yolo)).toBe('x');
  });

  it('refuses a file of another size, order of axes or type than the layout feeds', () => {
    const check = (inputs: OnnxPort) => () =>
      checkPorts({ inputs: [inputs], outputs: [out] }, yolo);
    expect(check(port('images', 'float32', 1, 3, 64, 64))).toThrow(
      'input: the layout feeds [1, 3, 32, 64] (NCHW, height 32, width 64), the file takes images of [1, 3, 64, 64]',
    );
    expect(check(port('images', 'float32', 1, 32, 64, 3))).toThrow('images of [1, 32, 64, 3]');
    expect(check(port('images', 'float32', 8, 3, 32, 64))).toThrow('images of [8, 3, 32, 64]');
    expect(check(port('images', 'uint8', 1, 3, 32, 64))).toThrow(
      'input: type: the layout feeds float32, the file takes images of uint8',
    );
  });

  it('asks for a name where there are several, and says which there are', () => {
    const outputs = [out, port('raw', 'float32', 1, 3, 4)];
    expect(() => checkPorts({ inputs: [picture], outputs }, yolo)).toThrow(
      'output: name: expected one of output0, raw, got none',
    );
    const named = detectorLayout.parse({ layout: 'yolo', input, output: { name: 'output0' } });
    expect(checkPorts({ inputs: [picture], outputs }, named)).toBe('images');
    expect(() => checkPorts({ inputs: [picture, picture], outputs: [out] }, yolo)).toThrow(
      'input: name: expected one of images, images, got none',
    );
  });

  it('refuses outputs that are missing, and those in half precision', () => {
    const ssd = detectorLayout.parse({
      layout: 'ssd',
      input,
      output: { boxes: 'boxes', scores: 'scores', classes: 'labels' },
    });
    const boxes = port('boxes', 'float32', 1, 9, 4);
    const labels = port('labels', 'int64', 1, 9);
    const check = (scores: OnnxPort) => () =>
      checkPorts({ inputs: [picture], outputs: [boxes, scores, labels] }, ssd);
    expect(check(port('scores', 'float32', 1, 9))()).toBe('images');
    expect(check(port('probabilities', 'float32', 1, 9))).toThrow(
      'output: scores: expected one of boxes, probabilities, labels, got scores',
    );
    expect(check(port('scores', 'float16', 1, 9))).toThrow(
      'output: scores: scores is of float16, and only float32, int32, int64 can be read',
    );
  });
});
