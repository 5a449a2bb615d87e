// Counts how often targets are used, in memory, and writes the totals now and then: reading must not take the write lock.
import type { Database } from './open.ts';
import { isBusy } from './retry.ts';
import { transaction } from './transaction.ts';

/** Distinct targets whose uses are kept in memory at most; a killed process loses these counts and nothing else. */
const PENDING = 2048;

const pendingOf = new WeakMap<Database, Map<number, number>>();

/** Adds one use of each target. */
export function noteUses(db: Database, targetIds: readonly number[]): void {
  let pending = pendingOf.get(db);
  if (!pending) {
    pending = new Map();
    pendingOf.set(db, pending);
    db.onClose(() => {
      flushUses(db);
    });
  }
  for (const id of targetIds) pending.set(id, (pending.get(id) ?? 0) + 1);
  if (pending.size >= PENDING) flushUses(db);
}

/** Writes what is pending. While another process holds the lock it stays pending, up to ten times the bound. */
export function flushUses(db: Database, now = Date.now()): void {
  const pending = pendingOf.get(db);
  if (!pending || pending.size === 0) return;
  try {
    transaction(db, () => {
      // A target that was evicted or taught again since has no row to count for.
      const add = db.prepare(
        `INSERT INTO target_use (target_id, times_used, last_used) SELECT id, ?, ? FROM target WHERE id = ?
         ON CONFLICT (target_id) DO UPDATE SET times_used = times_used + excluded.times_used,
           last_used = excluded.last_used`,
      );
      for (const [id, uses] of pending) add.run(uses, now, id);
    });
    pending.clear();
  } catch (error) {
    if (!isBusy(error)) throw error;
    if (pending.size >= 10 * PENDING) pending.clear();
  }
}
