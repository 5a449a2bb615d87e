// What a database holds and how much room it takes.
import type { Database } from './open.ts';

export interface CacheStats {
  readonly pictures: number;
  readonly paths: number;
  readonly people: number;
  readonly boxes: readonly BoxStats[];
  readonly crops: { readonly count: number; readonly bytes: number };
  readonly targets: readonly TargetStats[];
  readonly runs: number;
  readonly quarantined: number;
  readonly file: {
    /** Without the write-ahead log. */
    readonly bytes: number;
    /** Of those, in pages that hold nothing: `vacuum` gives them back. */
    readonly free: number;
  };
}

/** The people whose boxes came from one place. */
export interface BoxStats {
  readonly source: string;
  /** A box file, a detector, a teacher; '' for the whole picture. */
  readonly madeBy: string;
  readonly people: number;
  readonly pictures: number;
}

/** The targets of one teacher, stored one way. */
export interface TargetStats {
  readonly teacher: string;
  readonly step: number;
  readonly bn: string;
  readonly view: string;
  readonly codec: string;
  /** `height×width×joints` */
  readonly shape: string;
  readonly count: number;
  /** Of the blobs. */
  readonly bytes: number;
  readonly timesUsed: number;
  /** Mean heatmap maximum. */
  readonly peak: number;
}

export function cacheStats(db: Database): CacheStats {
  const count = (from: string) =>
    db.prepare<number>(`SELECT count(*) FROM ${from}`).pluck().get() ?? 0;
  const pragma = (name: string) => db.sql.pragma(name, { simple: true }) as number;
  const page = pragma('page_size');
  return {
    pictures: count('image'),
    paths: count('file'),
    people: count('instance'),
    boxes: db
      .prepare<BoxStats>(
        `SELECT source, made_by AS madeBy, count(*) AS people, count(DISTINCT image_id) AS pictures
         FROM instance GROUP BY source, made_by ORDER BY source, made_by`,
      )
      .all(),
    crops: db
      .prepare<CacheStats['crops']>(
        'SELECT count(*) AS count, coalesce(sum(length(pixels)), 0) AS bytes FROM crop',
      )
      .get()!,
    targets: db
      .prepare<TargetStats>(
        `SELECT digest AS teacher, teacher.step, bn, view, codec,
           height || '×' || width || '×' || joints AS shape, count(*) AS count, sum(bytes) AS bytes,
           coalesce(sum(times_used), 0) AS timesUsed, avg(peak) AS peak
         FROM target JOIN target_set ON target_set.id = set_id
         JOIN teacher ON teacher.id = teacher_id
         LEFT JOIN target_use ON target_id = target.id
         GROUP BY target_set.id ORDER BY teacher.created, target_set.id`,
      )
      .all(),
    runs: count('run'),
    quarantined: count('quarantine WHERE released IS NULL'),
    file: { bytes: page * pragma('page_count'), free: page * pragma('freelist_count') },
  };
}

/** Writes the file anew without its free pages; needs as much room again while it works. */
export function vacuum(db: Database): void {
  db.sql.exec('VACUUM');
  db.sql.pragma('wal_checkpoint(TRUNCATE)');
}
