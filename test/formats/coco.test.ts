import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBoxes } from '../../src/formats/boxes.ts';
import { readCocoLabels } from '../../src/formats/coco.ts';
import { trainablePeople } from '../../src/formats/label-set.ts';
import { temporaryFolder } from '../support/folder.ts';
import { cocoOf, writeLabels } from '../support/label-files.ts';

describe('readCocoLabels', () => {
  it('reads pictures, people and the skeleton', async () => {
    const labels = await readCocoLabels(await writeLabels(cocoOf()));
    expect(labels.images).toEqual([
      { id: 7, fileName: 'train/a.jpg', width: 64, height: 48 },
      { id: 9, fileName: 'b.jpg', width: 30, height: 90 },
    ]);
    expect(labels.people).toEqual([
      {
        annotationId: 1,
        imageId: 7,
        fileName: 'train/a.jpg',
        box: { x: 2, y: 3, width: 20, height: 30 },
        keypoints: [
          { x: 5, y: 6, v: 2 },
          { x: 7.5, y: 8, v: 1 },
          { x: 0, y: 0, v: 0 },
        ],
        area: 410.5,
        crowd: false,
        score: 1,
      },
    ]);
    expect(labels.skeleton).toMatchObject({
      name: 'person-3',
      flipPairs: [[1, 2]],
      edges: [
        [0, 1],
        [1, 2],
      ],
    });
  });

  it('keeps crowds and people without joints apart from those to train on', async () => {
    const labels = await readCocoLabels(
      await writeLabels(
        cocoOf({
          annotations: [
            {},
            { iscrowd: 1 },
            { num_keypoints: 0, keypoints: [0, 0, 0, 0, 0, 0, 0, 0, 0] },
            { keypoints: undefined, num_keypoints: undefined },
            { bbox: [2, 3, 0, 30] },
            { category_id: 5 },
          ],
        }),
      ),
    );
    expect(labels.skipped).toEqual({ emptyBox: 1, otherCategory: 1 });
    expect(labels.people.map(({ crowd, keypoints }) => [crowd, keypoints === null])).toEqual([
      [false, false],
      [true, false],
      [false, true],
      [false, true],
    ]);
    const { people, skipped } = trainablePeople(labels.people);
    expect(people.map(({ annotationId }) => annotationId)).toEqual([1]);
    expect(skipped).toEqual({ crowd: 1, withoutKeypoints: 2 });
  });

  it('takes several people of one picture', async () => {
    const labels = await readCocoLabels(
      await writeLabels(cocoOf({ annotations: [{}, {}, { image_id: 9 }] })),
    );
    expect(labels.people.map(({ fileName }) => fileName)).toEqual([
      'train/a.jpg',
      'train/a.jpg',
      'b.jpg',
    ]);
  });

  it('takes the area of the box where the file gives none', async () => {
    const labels = await readCocoLabels(
      await writeLabels(cocoOf({ annotations: [{ area: undefined }] })),
    );
    expect(labels.people[0]!.area).toBe(600);
  });

  const image = (override: object) => ({
    images: [{ id: 7, file_name: 'a.jpg', width: 9, height: 9, ...override }],
  });
  it.each<[string, Parameters<typeof cocoOf>[0], string]>([
    [
      'too few numbers',
      { annotations: [{ id: 31, keypoints: [1, 2, 2] }] },
      'annotation 31: keypoints: expected 9 numbers (x, y, v of 3 joints), got 3',
    ],
    [
      'an odd visibility',
      { annotations: [{ id: 31, keypoints: [1, 2, 3, 0, 0, 0, 0, 0, 0] }] },
      'annotation 31: keypoints[2]: expected v of 0, 1 or 2, got 3',
    ],
    ['a box of three', { annotations: [{ id: 31, bbox: [1, 2, 3] }] }, 'annotation 31: bbox'],
    [
      'a coordinate as text',
      { annotations: [{ id: 31, bbox: [1, 2, 'x', 3] }] },
      'annotation 31: bbox[2]: expected number, received string',
    ],
    [
      'an enormous coordinate',
      { annotations: [{ id: 31, bbox: [1, 2, 1e300, 3] }] },
      'annotation 31: bbox[2]',
    ],
    [
      'a person on no picture',
      { annotations: [{ id: 31, image_id: 1 }] },
      'annotation 31: image_id: expected the id of one of 2 images, got 1',
    ],
    [
      'an annotation id twice',
      { annotations: [{ id: 31 }, { id: 31 }] },
      'annotation 31: expected each id once',
    ],
    [
      'an image id twice',
      { images: [...image({}).images, ...image({}).images] },
      'image 7: expected each id once',
    ],
    [
      'a climbing file name',
      image({ file_name: '../../etc/a.jpg' }),
      'image 7: file_name: expected a path inside the folder of pictures, got "../../etc/a.jpg"',
    ],
    [
      'a climbing file name with backslashes',
      image({ file_name: 'x\\..\\..\\a.jpg' }),
      'image 7: file_name',
    ],
    [
      'a picture without width',
      image({ width: undefined }),
      'image 7: width: expected number, received undefined',
    ],
    ['no categories', { categories: undefined }, 'categories: expected array, received undefined'],
    [
      'a category without joints',
      { categories: [{ id: 1, name: 'person' }] },
      'categories: expected one with a list of keypoints, got none',
    ],
    [
      'a limb to nowhere',
      { categories: [{ id: 1, name: 'person', keypoints: ['a', 'b', 'c'], skeleton: [[1, 4]] }] },
      'category 1: Expected limbs between 3 joints, got joint 4',
    ],
  ])('names file, entry and field for %s', async (_what, override, problem) => {
    const file = await writeLabels(cocoOf(override));
    await expect(readCocoLabels(file)).rejects.toThrow(`${file}: ${problem}`);
  });

  it.each([
    ['{"images": [', 'expected JSON in UTF-8'],
    ['[]', 'expected object, received array'],
    ['['.repeat(40) + ']'.repeat(40), 'expected brackets at most 32 deep, got 40'],
  ])('refuses what is not a labels file: %s', async (text, problem) => {
    await expect(readCocoLabels(await writeLabels(text))).rejects.toThrow(problem);
  });

  it('counts brackets outside strings alone, and reads a byte order mark', async () => {
    const coco = cocoOf({ info: { text: `"\\"${'['.repeat(99)}` } });
    const labels = await readCocoLabels(await writeLabels(`\uFEFF${JSON.stringify(coco)}`));
    expect(labels.people).toHaveLength(1);
  });

  it('says in a sentence that there is no such file, or that it is a folder', async () => {
    const folder = temporaryFolder();
    await expect(readBoxes(join(folder, 'none.json'))).rejects.toThrow(
      /none\.json: there is no such file/,
    );
    await expect(readBoxes(folder)).rejects.toThrow(/it is a folder, not a JSON file/);
  });

  it('refuses files above the limit', async () => {
    const file = await writeLabels(cocoOf());
    await expect(readCocoLabels(file, { maxBytes: 100 })).rejects.toThrow(
      'expected at most 100 bytes',
    );
  });
});

describe('readBoxes', () => {
  it('reads a COCO file without keypoints or joints', async () => {
    const file = await writeLabels(
      cocoOf({
        categories: [{ id: 3, name: 'mouse' }],
        annotations: [{ category_id: 3, keypoints: undefined, num_keypoints: undefined }],
      }),
    );
    const { people } = await readBoxes(file);
    expect(people).toMatchObject([
      { keypoints: null, fileName: 'train/a.jpg', box: { x: 2, y: 3, width: 20, height: 30 } },
    ]);
  });

  it('reads an array of results beside a file that names the pictures', async () => {
    const imagesFile = await writeLabels(cocoOf());
    const file = await writeLabels([
      { image_id: 9, category_id: 1, bbox: [1, 2, 3, 4], score: 0.75 },
      { image_id: 9, category_id: 18, bbox: [1, 2, 3, 4], score: 0.5 },
    ]);
    const { people, skipped } = await readBoxes(file, { imagesFile });
    expect(people).toMatchObject([{ fileName: 'b.jpg', score: 0.75, area: 12 }]);
    expect(skipped.otherCategory).toBe(1);
    await expect(readBoxes(file)).rejects.toThrow(
      'name a COCO file with images as well (--boxes-images FILE)',
    );
  });

  it('names the result that points to no picture', async () => {
    const imagesFile = await writeLabels(cocoOf());
    const file = await writeLabels([{ image_id: 1, category_id: 1, bbox: [1, 2, 3, 4] }]);
    await expect(readBoxes(file, { imagesFile })).rejects.toThrow(
      `${imagesFile}: result 1 of ${file}: image_id`,
    );
  });
});

const data = process.env['HEATSTREAM_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
const hasData = existsSync(join(data, 'lsp'));
if (!hasData)
  console.warn(`SKIPPED: tests on people's pictures; no folder ${data} (set HEATSTREAM_DATA)`);

describe.skipIf(!hasData)("people's pictures", () => {
  it.each([
    ['lsp/train.coco.json', 'lsp-14', 1000, 1000],
    ['lsp/test.coco.json', 'lsp-14', 1000, 1000],
    ['lspet/people.coco.json', 'lsp-14', 4000, 0],
    ['coco-mini/person_keypoints_train2017.json', 'coco-17', 172, 86],
    ['coco-mini/person_keypoints_val2017.json', 'coco-17', 118, 68],
  ])('reads %s', async (name, skeleton, people, trainable) => {
    const labels = await readCocoLabels(join(data, name));
    expect(labels.skeleton.name).toBe(skeleton);
    expect(labels.people).toHaveLength(people);
    expect(trainablePeople(labels.people).people).toHaveLength(trainable);
    expect(labels.skipped).toEqual({ emptyBox: 0, otherCategory: 0 });
  });

  it('reads the LSPET boxes as bare results', async () => {
    const lspet = (name: string) => join(data, 'lspet', name);
    const bare = await readBoxes(lspet('person-boxes.json'), {
      imagesFile: lspet('images.coco.json'),
    });
    const coco = await readBoxes(lspet('people.coco.json'));
    expect(bare.people.map(({ fileName, box }) => [fileName, box])).toEqual(
      coco.people.map(({ fileName, box }) => [fileName, box]),
    );
  });
});
