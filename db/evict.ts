// Which targets go when there are too many: superseded ones first, then those not used for longest.
import type { Database } from './open.ts';
import { transaction } from './transaction.ts';

/**
 * A target is superseded by one of the same crop, taught the same way by a later teacher of the same run or, for
 * teachers from outside, by later weights of the same file.
 */
export const SUPERSEDED_BY = `
  SELECT later.id FROM target AS later
  JOIN target_set AS later_set ON later_set.id = later.set_id
  JOIN teacher AS later_teacher ON later_teacher.id = later_set.teacher_id
  WHERE later.crop_id = target.crop_id AND later_set.bn = target_set.bn
    AND later_set.view = target_set.view AND later_set.preprocessing = target_set.preprocessing
    AND (later_teacher.run_id = teacher.run_id
      OR (later_teacher.run_id IS NULL AND teacher.run_id IS NULL AND later_teacher.file = teacher.file))
    AND later_teacher.step > teacher.step
  ORDER BY later_teacher.step DESC LIMIT 1`;

export interface Eviction {
  /** Delete every superseded target. */
  readonly superseded: boolean;
  /** Then delete until the blobs of the rest take no more than so many bytes. */
  readonly maxBytes?: number | undefined;
  /** Count, but delete nothing. */
  readonly isDryRun?: boolean;
}

export interface Evicted {
  readonly targets: number;
  /** Of their blobs. */
  readonly bytes: number;
}

interface Candidate {
  readonly id: number;
  readonly bytes: number;
  readonly superseded: number | null;
}

/** One transaction: a killed process has evicted all of it or nothing. */
export function evictTargets(db: Database, { superseded, maxBytes, isDryRun }: Eviction): Evicted {
  return transaction(db, () => {
    const candidates = db
      .prepare<Candidate>(
        `SELECT target.id, target.bytes, (${SUPERSEDED_BY}) AS superseded
         FROM target JOIN target_set ON target_set.id = target.set_id
         JOIN teacher ON teacher.id = target_set.teacher_id
         LEFT JOIN target_use ON target_use.target_id = target.id
         ORDER BY superseded IS NULL, coalesce(last_used, taught_at), target.id`,
      )
      .all();
    let left = candidates.reduce((sum, { bytes }) => sum + bytes, 0);
    const remove = db.prepare('DELETE FROM target WHERE id = ?');
    let targets = 0;
    let bytes = 0;
    for (const candidate of candidates) {
      const isSuperseded = superseded && candidate.superseded !== null;
      if (!isSuperseded && left <= (maxBytes ?? Infinity)) continue;
      if (!isDryRun) remove.run(candidate.id);
      left -= candidate.bytes;
      targets += 1;
      bytes += candidate.bytes;
    }
    return { targets, bytes };
  });
}
