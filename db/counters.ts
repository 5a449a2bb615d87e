// What a run did, as running totals: `pictures_decoded`, `teacher_forwards`, `target_hits`, …
import type { Database } from './open.ts';

/** Adds `by` to a total of the run. */
export function count(db: Database, runId: number, name: string, by: number): void {
  db.prepare(
    `INSERT INTO run_counter (run_id, name, value) VALUES (?, ?, ?)
     ON CONFLICT (run_id, name) DO UPDATE SET value = value + excluded.value`,
  ).run(runId, name, by);
}

/** The totals of a run; a name that was never counted is absent. */
export function counters(db: Database, runId: number): Record<string, number> {
  const rows = db
    .prepare<{ name: string; value: number }>(
      'SELECT name, value FROM run_counter WHERE run_id = ? ORDER BY name',
    )
    .all(runId);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}
