// What earlier teachers of a run said of crops that are taught again.
import type { Database } from './open.ts';
import { decodeTarget, TargetBlobError } from './target-blob.ts';
import type { StoredTarget, TargetKey } from './targets.ts';

/**
 * The newest target of each key's crop that a teacher of this run from before `step` taught in the same way.
 * @returns one a key; undefined where there is none, or where it is damaged (verify and recall deal with those)
 */
export function earlierTargets(
  db: Database,
  keys: readonly TargetKey[],
  { runId, step }: { readonly runId: number; readonly step: number },
): (StoredTarget | undefined)[] {
  const find = db.prepare<{ step: number; blob: Buffer }>(
    `SELECT target.step, blob FROM target
     JOIN target_set ON target_set.id = set_id JOIN teacher ON teacher.id = teacher_id
     WHERE crop_id = ? AND run_id = ? AND target.step < ? AND bn = ? AND view = ? AND preprocessing = ?
       AND codec = ? AND width = ? AND height = ? AND joints = ?
     ORDER BY target.step DESC LIMIT 1`,
  );
  return keys.map(({ cropId, bn, view, preprocessing, codec, heatmap, joints }) => {
    const how = [bn, view, preprocessing, codec, heatmap.width, heatmap.height, joints];
    const row = find.get(cropId, runId, step, ...how);
    if (!row) return undefined;
    try {
      return { ...decodeTarget(row.blob, cropId), step: row.step };
    } catch (error) {
      if (error instanceof TargetBlobError) return undefined;
      throw error;
    }
  });
}
