// How many of some pictures a run had in its pool: an evaluation set must not be among them.
import type { Database } from './open.ts';

/** @param directory absolute folder of the run; its newest row counts */
export function imagesInPool(db: Database, directory: string, imageIds: readonly number[]): number {
  const { found } = db
    .prepare<{ found: number }>(
      `SELECT count(DISTINCT instance.image_id) AS found
       FROM run_admission
       JOIN crop ON crop.id = run_admission.crop_id
       JOIN instance ON instance.id = crop.instance_id
       WHERE run_id = (SELECT max(id) FROM run WHERE directory = ?)
         AND instance.image_id IN (SELECT value FROM json_each(?))`,
    )
    .get(directory, JSON.stringify(imageIds))!;
  return found;
}
