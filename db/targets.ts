// The teacher's heatmaps, recalled by exactly what decides them: the crop, and the set that says who taught it and how.
import { SUPERSEDED_BY } from './evict.ts';
import type { Database } from './open.ts';
import { quarantine } from './quarantine.ts';
import { decodeTarget, encodeTarget, TargetBlobError, type TargetMaps } from './target-blob.ts';
import { addTargetSet, findTargetSet, type TargetSet } from './target-sets.ts';
import { noteUses } from './target-uses.ts';
import { transaction } from './transaction.ts';

export interface TargetKey extends TargetSet {
  readonly cropId: number;
}

export interface StoredTarget extends TargetMaps {
  /** Training step of the teacher. */
  readonly step: number;
}

/** One that came from the database. */
export interface RecalledTarget extends StoredTarget {
  readonly id: number;
}

export interface NewTarget {
  readonly key: TargetKey;
  readonly target: StoredTarget;
}

/** As `readTargets`, and counts a use of each hit. */
export function getTargets(db: Database, keys: readonly TargetKey[]): (StoredTarget | undefined)[] {
  const rows = readTargets(db, keys);
  noteUses(
    db,
    rows.flatMap((row) => row?.id ?? []),
  );
  return rows;
}

/** A target as it is stored, unchecked. */
export function findTarget(
  db: Database,
  key: TargetKey,
): { readonly id: number; readonly step: number; readonly blob: Buffer } | undefined {
  const set = findTargetSet(db, key);
  const find = db.prepare<{ id: number; step: number; blob: Buffer }>(
    'SELECT id, step, blob FROM target WHERE set_id = ? AND crop_id = ?',
  );
  return set === undefined ? undefined : find.get(set, key.cropId);
}

/**
 * One a key; undefined is a miss.
 * A damaged target is a miss too: it is deleted and stands in quarantine with the reason.
 */
export function readTargets(
  db: Database,
  keys: readonly TargetKey[],
): (RecalledTarget | undefined)[] {
  const damaged: { readonly id: number; readonly key: TargetKey; readonly reason: string }[] = [];
  const targets = keys.map((key) => {
    const row = findTarget(db, key);
    if (!row) return undefined;
    try {
      return { ...decodeTarget(row.blob, key.cropId), step: row.step, id: row.id };
    } catch (error) {
      if (!(error instanceof TargetBlobError)) throw error;
      damaged.push({ id: row.id, key, reason: error.message });
      return undefined;
    }
  });
  if (damaged.length > 0)
    transaction(db, () => {
      removeDamaged(db, damaged);
    });
  return targets;
}

/** A target in the form in which it is stored. */
export interface EncodedTarget {
  readonly key: TargetKey;
  readonly step: number;
  /** Mean over the joints. */
  readonly peak: number;
  readonly blob: Buffer;
}

/** Takes milliseconds a target: done once, however often the database is busy. */
export function encodeTargets(rows: readonly NewTarget[]): EncodedTarget[] {
  return rows.map(({ key, target }) => ({
    key,
    step: target.step,
    peak: mean(target.peaks),
    blob: encode(key, target),
  }));
}

/** Stores targets in one transaction; one with the same key is replaced, and a claim on it is settled. */
export function putEncoded(db: Database, rows: readonly EncodedTarget[], now = Date.now()): void {
  transaction(db, () => {
    const put = db.prepare(
      `INSERT OR REPLACE INTO target (set_id, crop_id, step, taught_at, peak, bytes, blob)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    const settle = db.prepare('DELETE FROM target_claim WHERE set_id = ? AND crop_id = ?');
    for (const { key, step, peak, blob } of rows) {
      const set = findTargetSet(db, key) ?? addTargetSet(db, key);
      put.run(set, key.cropId, step, now, peak, blob.length, blob);
      settle.run(set, key.cropId);
    }
  });
}

/**
 * Deletes the targets of teachers that are not in `keep` (digests, hex); with `runId`, only of those that this run
 * published. With `keepsNewest` the newest target of each crop stays all the same. Returns how many targets went.
 */
export function evictSuperseded(
  db: Database,
  {
    keep,
    runId,
    keepsNewest = false,
  }: {
    readonly keep: readonly string[];
    readonly runId?: number;
    readonly keepsNewest?: boolean;
  },
): number {
  if (keepsNewest) return evictReplaced(db, keep, runId);
  return db
    .prepare(
      `DELETE FROM target WHERE set_id IN (
         SELECT target_set.id FROM target_set JOIN teacher ON teacher.id = teacher_id
         WHERE digest NOT IN (SELECT value FROM json_each(?)) AND (? IS NULL OR run_id = ?))`,
    )
    .run(JSON.stringify(keep), runId ?? null, runId ?? null).changes;
}

/** Only what a later teacher has taught again. */
function evictReplaced(db: Database, keep: readonly string[], runId: number | undefined): number {
  return db
    .prepare(
      `DELETE FROM target WHERE id IN (
         SELECT target.id FROM target JOIN target_set ON target_set.id = target.set_id
         JOIN teacher ON teacher.id = target_set.teacher_id
         WHERE digest NOT IN (SELECT value FROM json_each(?)) AND (? IS NULL OR run_id = ?)
           AND EXISTS (${SUPERSEDED_BY}))`,
    )
    .run(JSON.stringify(keep), runId ?? null, runId ?? null).changes;
}

function encode(key: TargetKey, target: StoredTarget): Buffer {
  const { heatmap, joints } = key;
  const [height, width, depth] = target.shape;
  if (width !== heatmap.width || height !== heatmap.height || depth !== joints) {
    throw new RangeError(
      `Expected a heatmap of ${heatmap.height}×${heatmap.width}×${joints}, as its key says, got ${target.shape.join('×')}`,
    );
  }
  return encodeTarget(target, key);
}

function removeDamaged(
  db: Database,
  damaged: readonly { readonly id: number; readonly key: TargetKey; readonly reason: string }[],
): void {
  const remove = db.prepare('DELETE FROM target WHERE id = ?');
  for (const { id, key, reason } of damaged) {
    quarantine(db, {
      path: `target of crop ${key.cropId} by teacher ${key.teacher.slice(0, 12)}`,
      stage: 'recall',
      reason: `${reason}; it was deleted and is taught again`,
    });
    remove.run(id);
  }
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
