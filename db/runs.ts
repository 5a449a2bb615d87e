// Training runs: what was asked, what was measured, which crops entered when, what was published.
import type { Database } from './open.ts';
import { transaction } from './transaction.ts';

export { admissions, admit } from './admissions.ts';
export { count, counters } from './counters.ts';

export type RunStatus = 'running' | 'finished' | 'stopped' | 'failed';

export interface NewRun {
  readonly directory: string;
  /** Resolved options; stored as JSON. */
  readonly config: unknown;
  readonly codeVersion: string;
  readonly seed: number;
}

export interface RunRow extends NewRun {
  readonly id: number;
  /** ms since the epoch. */
  readonly started: number;
  /** null while it runs, and after a crash. */
  readonly ended: number | null;
  readonly status: RunStatus;
}

/** Returns the id of the new run. */
export function createRun(db: Database, run: NewRun, now = Date.now()): number {
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO run (directory, config, code_version, seed, started, status) VALUES (?, ?, ?, ?, ?, 'running')`,
    )
    .run(run.directory, JSON.stringify(run.config), run.codeVersion, run.seed, now);
  return Number(lastInsertRowid);
}

/** The newest run of this directory, for resuming. */
export function findRun(db: Database, directory: string): RunRow | undefined {
  const row = db
    .prepare<Omit<RunRow, 'config'> & { config: string }>(
      `SELECT id, directory, config, code_version AS codeVersion, seed, started, ended, status
       FROM run WHERE directory = ? ORDER BY id DESC LIMIT 1`,
    )
    .get(directory);
  return row && { ...row, config: JSON.parse(row.config) as unknown };
}

/** Sets how a run ended; `running` reopens it (resume). */
export function finishRun(db: Database, runId: number, status: RunStatus, now = Date.now()): void {
  db.prepare('UPDATE run SET status = ?, ended = ? WHERE id = ?').run(
    status,
    status === 'running' ? null : now,
    runId,
  );
}

/** Stores the figures of a step; a step that is done again after a resume replaces its figures. */
export function logMetrics(
  db: Database,
  runId: number,
  step: number,
  record: Readonly<Record<string, number>>,
): void {
  const put = db.prepare(
    'INSERT OR REPLACE INTO run_metric (run_id, step, name, value) VALUES (?, ?, ?, ?)',
  );
  transaction(db, () => {
    for (const [name, value] of Object.entries(record)) {
      put.run(runId, step, name, Number.isFinite(value) ? value : null);
    }
  });
}

/** One figure over the steps, in order; null where it was not a finite number. */
export function metrics(
  db: Database,
  runId: number,
  name: string,
): { readonly step: number; readonly value: number | null }[] {
  return db
    .prepare<{ step: number; value: number | null }>(
      'SELECT step, value FROM run_metric WHERE run_id = ? AND name = ? ORDER BY step',
    )
    .all(runId, name);
}

export interface Checkpoint {
  readonly step: number;
  readonly file: string;
  /** sha256 of the file, hex. */
  readonly digest?: string;
  readonly bytes?: number;
}

export function addCheckpoint(
  db: Database,
  runId: number,
  checkpoint: Checkpoint,
  now = Date.now(),
): void {
  const { step, file, digest, bytes } = checkpoint;
  db.prepare(
    'INSERT OR REPLACE INTO run_checkpoint (run_id, step, file, digest, bytes, created) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(runId, step, file, digest ?? null, bytes ?? null, now);
}

export interface Teacher {
  /** sha256 of its weights, hex. */
  readonly digest: string;
  /** The run that published it; absent for one that came from outside. */
  readonly runId?: number | undefined;
  readonly step?: number | undefined;
  readonly file?: string | undefined;
}

/** Records a teacher; what is known about it already stays, what was unknown is filled in. */
export function addTeacher(db: Database, teacher: Teacher, now = Date.now()): void {
  db.prepare(
    `INSERT INTO teacher (digest, run_id, step, file, created) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (digest) DO UPDATE SET file = coalesce(file, excluded.file)`,
  ).run(teacher.digest, teacher.runId ?? null, teacher.step ?? 0, teacher.file ?? null, now);
}

export interface CollapseEvent {
  readonly step: number;
  readonly signal: string;
  readonly reason: string;
  readonly action: string;
}

export function addCollapseEvent(
  db: Database,
  runId: number,
  event: CollapseEvent,
  now = Date.now(),
): void {
  db.prepare(
    'INSERT INTO collapse_event (run_id, step, signal, reason, action, at) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(runId, event.step, event.signal, event.reason, event.action, now);
}
