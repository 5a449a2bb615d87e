import { describe, expect, it } from 'vitest';
import { createBoxIndex } from '../../src/formats/box-index.ts';
import type { LabelledPerson } from '../../src/formats/label-set.ts';

const person = (imageId: number, fileName: string, x = 0): LabelledPerson => ({
  ...{ annotationId: imageId * 10 + x, imageId, fileName },
  box: { x, y: 0, width: 10, height: 20 },
  keypoints: null,
  area: 200,
  crowd: false,
  score: 1,
});
const index = (...names: readonly string[]) =>
  createBoxIndex([{ file: 'boxes.json', people: names.map((name, i) => person(i + 1, name)) }]);

describe('createBoxIndex', () => {
  it('finds a picture under any root, with all its people', () => {
    const boxes = createBoxIndex([
      {
        file: 'boxes.json',
        people: [person(1, 'a/1.jpg'), person(2, 'a/2.jpg'), person(1, 'a/1.jpg', 5)],
      },
    ]);
    expect(boxes.pictures).toBe(2);
    expect(boxes.lookup('/mnt/data/a/1.jpg').map(({ box }) => box.x)).toEqual([0, 5]);
    expect(boxes.lookup('C:\\data\\a\\2.jpg')).toHaveLength(1);
    expect(boxes.match('/mnt/data/a/1.jpg')!.kind).toBe('whole');
  });

  it('knows nothing of other pictures', () => {
    expect(index('a/1.jpg').lookup('/data/a/11.jpg')).toEqual([]);
    expect(index('a/1.jpg').match('/data/a/1.png')).toBeUndefined();
  });

  it('takes the longest common end', () => {
    const boxes = index('1.jpg', 'val/1.jpg', 'x/train/1.jpg');
    const found = (path: string) => boxes.lookup(path)[0]!.fileName;
    expect(found('/data/val/1.jpg')).toBe('val/1.jpg');
    expect(found('/data/x/train/1.jpg')).toBe('x/train/1.jpg');
    expect(found('/data/test/1.jpg')).toBe('1.jpg');
  });

  it('matches label files that were written for another root, and says that it did', () => {
    const match = index('/home/anna/lsp/images/1.jpg').match('/mnt/lsp/images/1.jpg');
    expect(match).toMatchObject({ kind: 'partial', people: [{ imageId: 1 }] });
  });

  it('matches names in either Unicode form', () => {
    expect(index('caf\u00e9/1.jpg').lookup('/data/cafe\u0301/1.jpg')).toHaveLength(1);
  });

  it('lists the candidates where two pictures fit equally well', () => {
    expect(() => index('a/1.jpg', 'b/1.jpg').lookup('/data/1.jpg')).toThrow(
      '/data/1.jpg: expected one labelled picture to fit this path, got 2: a/1.jpg (image 1 of boxes.json), b/1.jpg (image 2 of boxes.json)',
    );
    const twoFiles = createBoxIndex([
      { file: 'lsp.json', people: [person(1, '1.jpg')] },
      { file: 'lspet.json', people: [person(1, '1.jpg', 3)] },
    ]);
    expect(() => twoFiles.lookup('/data/1.jpg')).toThrow(
      '1.jpg (image 1 of lsp.json), 1.jpg (image 1 of lspet.json)',
    );
  });

  it('takes the same boxes given twice', () => {
    const boxes = createBoxIndex([
      { file: 'pool.json', people: [person(1, '1.jpg')] },
      { file: 'people.json', people: [person(8, '1.jpg')] },
    ]);
    expect(boxes.lookup('/data/1.jpg')).toHaveLength(1);
  });
});
