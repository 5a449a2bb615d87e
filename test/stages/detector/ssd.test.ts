import { describe, expect, it } from 'vitest';
import { detectorLayout, type SsdLayout } from '../../../src/stages/detector/layout.ts';
import { fromSsd } from '../../../src/stages/detector/ssd.ts';

const layoutOf = (output: object): SsdLayout =>
  detectorLayout.parse({
    layout: 'ssd',
    input: { width: 200, height: 100 },
    output: { boxes: 'b', scores: 's', ...output },
  }) as SsdLayout;
const b = { data: [0.1, 0.2, 0.5, 0.6, 0, 0, 1, 1], shape: [1, 2, 4] };

describe('fromSsd', () => {
  it('takes the score of the class person, and boxes in shares of a wide input', () => {
    const s = { data: [0.7, 0.2, 0.1, 0.1, 0.3, 0.6], shape: [1, 2, 3] };
    const found = fromSsd({ b, s }, layoutOf({ person: 2 }));
    expect(found.map(({ score }) => score)).toEqual([0.1, 0.6]);
    expect(found[1]).toMatchObject({ x: 0, y: 0, width: 200, height: 100 });
    expect(found[0]!.x).toBeCloseTo(40);
    expect(found[0]!.y).toBeCloseTo(10);
    expect(found[0]!.width).toBeCloseTo(80);
    expect(found[0]!.height).toBeCloseTo(40);
  });

  it('refuses a class person beyond the scores, which would be those of the next box', () => {
    const s = { data: [0.7, 0.2, 0.1, 0.1, 0.3, 0.6], shape: [1, 2, 3] };
    expect(() => fromSsd({ b, s }, layoutOf({ person: 3 }))).toThrow(
      'person 3: expected an index below the 3 scores of a box, in s of [1, 2, 3]',
    );
  });

  it('refuses scores by class before box, and scores a class beside class numbers', () => {
    const s = { data: [0.7, 0.2, 0.1, 0.1, 0.3, 0.6], shape: [1, 3, 2] };
    expect(() => fromSsd({ b, s }, layoutOf({}))).toThrow(
      'expected boxes of [1, n, 4] and scores of [1, n, classes], got [1, 2, 4], [1, 3, 2]',
    );
    const c = { data: [1, 1], shape: [1, 2] };
    expect(() => fromSsd({ b, s, c }, layoutOf({ classes: 'c' }))).toThrow(
      'expected boxes of [1, n, 4], scores and class numbers of [1, n], got [1, 2, 4], [1, 3, 2], [1, 2]',
    );
  });

  it('refuses a number of candidates that is none', () => {
    const s = { data: [0.7, 0.2], shape: [1, 2] };
    const layout = layoutOf({ person: 0, count: 'n' });
    expect(fromSsd({ b, s, n: { data: [1], shape: [1] } }, layout)).toHaveLength(1);
    for (const [value, told] of [
      [NaN, 'NaN'],
      [-1, '-1'],
    ] as const)
      // prettier-ignore
      expect(() => fromSsd({ b, s, n: { data: [value], shape: [1] } }, layout)).toThrow(
        `n: expected the number of candidates, got ${told}`,
      );
  });
});
