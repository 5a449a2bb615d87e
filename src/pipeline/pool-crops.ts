// The first crops of a run's pool with the pictures they come from, for showing them.
import { resolve } from 'node:path';
import { openDatabase } from '../../db/open.ts';
import { poolPictures } from '../../db/pool-pictures.ts';
import type { Crop } from '../pose/types.ts';
import { createCropReader } from '../stages/recall-crop.ts';

export async function poolCrops(
  cache: string,
  run: string,
  count: number,
): Promise<{ readonly crop: Crop; readonly path: string }[]> {
  const db = openDatabase(cache);
  try {
    const crops = createCropReader(db, { maxBytes: 2 ** 20 });
    const found: { crop: Crop; path: string }[] = [];
    for (const { cropId, path } of poolPictures(db, resolve(run), count)) {
      found.push({ crop: await crops.read(cropId), path });
    }
    return found;
  } finally {
    db.close();
  }
}
