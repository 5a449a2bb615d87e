// Target sets: one way to label. Everything that decides a crop's target, but the crop.
import type { Size } from '../src/pose/types.ts';
import type { TargetCodec } from './codecs/codec.ts';
import type { Database } from './open.ts';
import { addTeacher } from './runs.ts';

export interface TargetSet {
  /** Digest of the teacher's weights, hex. */
  readonly teacher: string;
  readonly bn: 'batch' | 'running';
  readonly view: 'random' | 'canonical';
  /** Digest of everything that decides the pixels the teacher saw. */
  readonly preprocessing: string;
  readonly codec: TargetCodec;
  /** Of the Gaussians that `keypoints` is drawn with, heatmap px; 0 for the other codecs. */
  readonly sigma: number;
  readonly heatmap: Size;
  readonly joints: number;
}

/** Ids of sets, which stay what they are: sets are added and never removed. As many as teachers were met. */
const known = new WeakMap<Database, Map<string, number>>();

export function findTargetSet(db: Database, set: TargetSet): number | undefined {
  let ids = known.get(db);
  if (!ids) {
    ids = new Map();
    known.set(db, ids);
  }
  const values = valuesOf(set);
  const name = values.join(' ');
  const id =
    ids.get(name) ??
    db
      .prepare<{ id: number }>(
        `SELECT target_set.id FROM target_set JOIN teacher ON teacher.id = teacher_id
         WHERE digest = ? AND bn = ? AND view = ? AND preprocessing = ? AND codec = ? AND sigma = ?
           AND width = ? AND height = ? AND joints = ?`,
      )
      .get(...values)?.id;
  // What a transaction that may still fail has added is looked up again.
  if (id !== undefined && !db.sql.inTransaction) ids.set(name, id);
  return id;
}

/** Adds the set and, where it is new, its teacher. Call it inside `transaction`. */
export function addTargetSet(db: Database, set: TargetSet): number {
  const [digest, ...rest] = valuesOf(set);
  addTeacher(db, { digest: set.teacher });
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO target_set (teacher_id, bn, view, preprocessing, codec, sigma, width, height, joints)
       SELECT id, ?, ?, ?, ?, ?, ?, ?, ? FROM teacher WHERE digest = ?`,
    )
    .run(...rest, digest);
  return Number(lastInsertRowid);
}

function valuesOf({ teacher, bn, view, preprocessing, codec, sigma, heatmap, joints }: TargetSet) {
  const { width, height } = heatmap;
  return [teacher, bn, view, preprocessing, codec, sigma, width, height, joints];
}
