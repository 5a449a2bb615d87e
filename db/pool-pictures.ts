// Pictures of a run's pool as it is now, in the order in which they were admitted.
import type { Database } from './open.ts';
import { pathFrom } from './raw-path.ts';

/** @param directory absolute folder of the run; its newest row counts */
export function poolPictures(
  db: Database,
  directory: string,
  limit: number,
): { readonly cropId: number; readonly path: string }[] {
  return db
    .prepare<{ cropId: number; path: string | Buffer }>(
      `SELECT run_admission.crop_id AS cropId, min(file.path) AS path
       FROM run_admission
       JOIN crop ON crop.id = run_admission.crop_id
       JOIN instance ON instance.id = crop.instance_id
       JOIN file ON file.image_id = instance.image_id
       WHERE run_id = (SELECT max(id) FROM run WHERE directory = ?)
         AND generation >= (SELECT coalesce(max(generation), 1) FROM run_generation AS newest
           WHERE newest.run_id = run_admission.run_id AND replaces = 1)
       GROUP BY generation, position ORDER BY generation, position LIMIT ?`,
    )
    .all(directory, limit)
    .map(({ cropId, path }) => ({ cropId, path: pathFrom(path) }));
}
