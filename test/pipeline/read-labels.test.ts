import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readLabels } from '../../src/pipeline/read-labels.ts';
import { temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { plant, size, spec } from '../support/ingestion.ts';

it('brings labelled people in with the name of the file that labels them', async () => {
  const folder = temporaryFolder();
  await plant(folder, 1);
  const labels = join(folder, 'labels.coco.json');
  const joints = { id: 1, image_id: 1, category_id: 1, keypoints: [5, 6, 2, 20, 30, 2] };
  writeFileSync(
    labels,
    JSON.stringify({
      images: [{ id: 1, file_name: '0.jpg', ...size }],
      categories: [{ id: 1, name: 'person', keypoints: ['left_eye', 'right_eye'], skeleton: [] }],
      annotations: [{ ...joints, num_keypoints: 2, bbox: [1, 2, 30, 40], area: 900, iscrowd: 0 }],
    }),
  );
  const db = temporaryDatabase();
  const { people } = await readLabels({ labels, images: folder }, { db, spec });
  expect(people).toMatchObject([{ annotationId: 1, box: { x: 1, y: 2, width: 30, height: 40 } }]);
  expect(db.prepare('SELECT source, made_by FROM instance').all()).toEqual([
    { source: 'labels', made_by: 'labels.coco.json' },
  ]);
});
