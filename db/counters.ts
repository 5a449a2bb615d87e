// What a run did, as running totals: `pictures_decoded`, `teacher_forwards`, `target_hits`, …
import type { Database } from './open.ts';
import { isBusy } from './retry.ts';
import { transaction } from './transaction.ts';

/** Totals not yet written: one a name, for the runs of this process. */
const pendingOf = new WeakMap<Database, Map<number, Map<string, number>>>();

/**
 * Adds `by` to a total of the run. While another process holds the write lock it is kept in memory, and written with
 * a later count or when the database is closed; a killed process loses what it kept.
 */
export function count(db: Database, runId: number, name: string, by: number): void {
  let runs = pendingOf.get(db);
  if (!runs) {
    runs = new Map();
    pendingOf.set(db, runs);
    db.onClose(() => {
      flush(db);
    });
  }
  const totals = runs.get(runId) ?? new Map<string, number>();
  runs.set(runId, totals);
  totals.set(name, (totals.get(name) ?? 0) + by);
  flush(db);
}

/** The totals of a run; a name that was never counted is absent. */
export function counters(db: Database, runId: number): Record<string, number> {
  const rows = db
    .prepare<{ name: string; value: number }>(
      'SELECT name, value FROM run_counter WHERE run_id = ? ORDER BY name',
    )
    .all(runId);
  const totals = new Map(rows.map(({ name, value }) => [name, value]));
  for (const [name, by] of pendingOf.get(db)?.get(runId) ?? []) {
    totals.set(name, (totals.get(name) ?? 0) + by);
  }
  return Object.fromEntries(totals);
}

function flush(db: Database): void {
  const runs = pendingOf.get(db) ?? new Map<number, Map<string, number>>();
  const add = db.prepare(
    `INSERT INTO run_counter (run_id, name, value) VALUES (?, ?, ?)
     ON CONFLICT (run_id, name) DO UPDATE SET value = value + excluded.value`,
  );
  try {
    transaction(db, () => {
      for (const [runId, totals] of runs) {
        for (const [name, by] of totals) add.run(runId, name, by);
      }
    });
    runs.clear();
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}
