// Small label files for tests, written into a folder of their own that goes with the test.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Writes `content` (text as it is, else as JSON) to `name` in a fresh folder and returns the path. */
export async function writeLabels(content: unknown, name = 'labels.json'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'heatstream-labels-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** A COCO file of two pictures and one person with three joints; `annotation` and the rest override it. */
export function cocoOf({
  annotations,
  ...rest
}: { annotations?: readonly object[] } & Record<string, unknown> = {}) {
  return {
    images: [
      { id: 7, file_name: 'train/a.jpg', width: 64, height: 48 },
      { id: 9, file_name: 'b.jpg', width: 30, height: 90 },
    ],
    annotations: (annotations ?? [{}]).map((one, i) => ({ ...person, id: i + 1, ...one })),
    categories: [
      {
        id: 1,
        name: 'person',
        keypoints: ['nose', 'left_hip', 'right_hip'],
        skeleton: [
          [1, 2],
          [2, 3],
        ],
      },
    ],
    ...rest,
  };
}

const person = {
  image_id: 7,
  category_id: 1,
  iscrowd: 0,
  bbox: [2, 3, 20, 30],
  area: 410.5,
  num_keypoints: 2,
  keypoints: [5, 6, 2, 7.5, 8, 1, 0, 0, 0],
};
