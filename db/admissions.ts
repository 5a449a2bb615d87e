// The growing pool of a run: which crops entered in which generation, at which step, in which order.
import type { Database } from './open.ts';
import { transaction } from './transaction.ts';

export interface Admission {
  readonly generation: number;
  /** The training step at which the generation entered. */
  readonly step: number;
  /** In the order in which they were admitted. */
  readonly cropIds: readonly number[];
  /** From its step on the pool is these crops alone: another teacher drew the boxes. */
  readonly replaces: boolean;
}

/**
 * Logs a closed generation. The caller sorts `cropIds` by content hash, so that the order does not tell who came first.
 * A generation that is logged stays as it is.
 * @throws SqliteError when the run has this generation already.
 */
export function admit(
  db: Database,
  runId: number,
  { generation, step, cropIds, replaces }: Admission,
): void {
  transaction(db, () => {
    db.prepare(
      'INSERT INTO run_generation (run_id, generation, step, replaces) VALUES (?, ?, ?, ?)',
    ).run(runId, generation, step, replaces ? 1 : 0);
    const put = db.prepare(
      'INSERT INTO run_admission (run_id, generation, position, crop_id) VALUES (?, ?, ?, ?)',
    );
    for (const [position, cropId] of cropIds.entries())
      put.run(runId, generation, position, cropId);
  });
}

/** The generations of a run, in order. */
export function admissions(db: Database, runId: number): Admission[] {
  const crops = db.prepare<number>(
    'SELECT crop_id FROM run_admission WHERE run_id = ? AND generation = ? ORDER BY position',
  );
  return db
    .prepare<{ generation: number; step: number; replaces: number }>(
      'SELECT generation, step, replaces FROM run_generation WHERE run_id = ? ORDER BY generation',
    )
    .all(runId)
    .map(({ generation, step, replaces }) => {
      const cropIds = crops.pluck().all(runId, generation);
      return { generation, step, cropIds, replaces: replaces === 1 };
    });
}
