import { describe, expect, it } from 'vitest';
import { annotationsOf } from '../../src/formats/coco-annotations.ts';
import { readCocoLabels } from '../../src/formats/coco.ts';
import { resultsOf } from '../../src/formats/coco-results.ts';
import { csvOf } from '../../src/formats/csv.ts';
import { buildSkeleton } from '../../src/pose/skeleton.ts';
import type { PredictedPerson } from '../../src/pose/types.ts';
import { writeLabels } from '../support/label-files.ts';

const skeleton = buildSkeleton(
  'test',
  ['nose', 'left_hip', 'right_hip'],
  [
    [0, 1],
    [1, 2],
  ],
);
const person = (path: string, x: number): PredictedPerson => ({
  path,
  imageSize: { width: 64, height: 48 },
  box: { x, y: 3, width: 20.126, height: 30 },
  keypoints: [
    { x: x + 1.006, y: 4.5, score: 0.91234 },
    { x: x + 2, y: 5, score: 0.15 },
    { x: x + 3, y: 6, score: -0.02 },
  ],
  score: 0.53123,
});
const people = [person('b/2.jpg', 1), person('a "x", 1.jpg', 10), person('b/2.jpg', 30)];

describe('annotationsOf', () => {
  const provenance = { teacher: 'sha256:12', step: 250 };

  it('writes a file that our own reader reads back', async () => {
    const labels = await readCocoLabels(
      await writeLabels(annotationsOf(people, { skeleton, provenance })),
    );
    expect(labels.skeleton.joints).toEqual(skeleton.joints);
    expect(labels.skeleton.edges).toEqual(skeleton.edges);
    expect(labels.people.map(({ fileName }) => fileName)).toEqual([
      'b/2.jpg',
      'a "x", 1.jpg',
      'b/2.jpg',
    ]);
    expect(labels.people[1]!.box).toEqual({ x: 10, y: 3, width: 20.13, height: 30 });
    expect(labels.people[1]!.keypoints![0]).toEqual({ x: 11.01, y: 4.5, v: 2 });
    expect(labels.images[0]).toMatchObject({ width: 64, height: 48 });
  });

  it('drops joints below the least score, but keeps what was predicted', () => {
    const [first] = annotationsOf(people, { skeleton, provenance, minScore: 0.2 }).annotations;
    expect(first).toMatchObject({ num_keypoints: 1, iscrowd: 0, score: 0.5312 });
    expect(first!.keypoints).toEqual([2.01, 4.5, 2, 0, 0, 0, 0, 0, 0]);
    expect(first!.predicted_keypoints).toEqual([2.01, 4.5, 0.9123, 3, 5, 0.15, 4, 6, -0.02]);
  });

  it('says where the labels come from', () => {
    expect(annotationsOf(people, { skeleton, provenance }).info).toMatchObject(provenance);
  });
});

describe('resultsOf', () => {
  it('numbers pictures as annotationsOf does', () => {
    const annotations = annotationsOf(people, { skeleton, provenance: {} });
    const results = resultsOf(people);
    expect(results.map((one) => one.image_id)).toEqual(
      annotations.annotations.map((one) => one.image_id),
    );
    expect(results[0]).toEqual({
      image_id: 2,
      category_id: 1,
      keypoints: [2.01, 4.5, 0.9123, 3, 5, 0.15, 4, 6, -0.02],
      bbox: [1, 3, 20.13, 30],
      score: 0.5312,
    });
  });

  it('takes the ids of a label file', () => {
    expect(resultsOf(people, (path) => path.length)[0]!.image_id).toBe(7);
  });
});

describe('csvOf', () => {
  it('writes a row a joint, numbers people of a picture and quotes names', () => {
    const rows = csvOf(people, skeleton).split('\n');
    expect(rows).toHaveLength(1 + 9 + 1);
    expect(rows[0]).toBe('path,person,joint,x,y,score');
    expect(rows[1]).toBe('b/2.jpg,1,nose,2.01,4.50,0.9123');
    expect(rows[4]).toBe('"a ""x"", 1.jpg",1,nose,11.01,4.50,0.9123');
    expect(rows[7]).toBe('b/2.jpg,2,nose,31.01,4.50,0.9123');
  });
});
