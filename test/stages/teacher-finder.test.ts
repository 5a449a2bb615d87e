import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Crop } from '../../src/pose/types.ts';
import { apply, invert } from '../../src/pose/affine.ts';
import { teacherFinder } from '../../src/stages/teacher-finder.ts';
import { temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ingest, size, spec } from '../support/ingestion.ts';
import { noiseJpeg } from '../support/pictures.ts';

it('takes the box of a person from where the teacher sees joints, once a teacher and picture', async () => {
  const path = join(temporaryFolder(), 'a.jpg');
  writeFileSync(path, await noiseJpeg(size, 1));
  const db = temporaryDatabase();
  let looks = 0;
  // Sees joints at fixed places of its crop, whatever is there.
  const predictor = {
    batch: 1,
    predict: (crops: readonly Crop[]) => {
      looks += 1;
      return Promise.resolve(
        crops.map(({ cropFromImage }) => ({
          keypoints: [
            [8, 14],
            [16, 14],
            [12, 18],
          ].map(([x, y]) => ({
            ...apply(invert(cropFromImage), { x: x!, y: y! }),
            score: 0.9,
          })),
        })),
      );
    },
    dispose: () => Promise.resolve(),
  };
  const seek = (digest: string) => ({
    path,
    people: [],
    seek: { finder: teacherFinder(predictor, { spec, digest }), tag: '' },
  });
  const [first] = (await ingest(db, [seek('1')])).admitted;
  // The crop sees the 60×44 picture in 24×32 pixels at box scale 1.25: 3.125 picture pixels a crop pixel.
  expect(first!.box.width).toBeCloseTo(8 * 3.125 * 1.25, 5);
  expect(first!.box.height).toBeCloseTo(4 * 3.125 * 1.25, 5);
  expect((await ingest(db, [seek('1')])).counts).toEqual({ pictures_unchanged: 1 });
  expect(looks).toBe(1);
  await ingest(db, [seek('2')]);
  expect(looks).toBe(2);
});
