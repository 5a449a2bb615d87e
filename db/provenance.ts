// Everything known about a picture's targets: who taught them, when, how often they were used, what superseded them.
import type { Affine, Box, BoxSource } from '../src/pose/types.ts';
import type { TargetCodec } from './codecs/codec.ts';
import { SUPERSEDED_BY } from './evict.ts';
import type { Database } from './open.ts';
import { rawPath } from './raw-path.ts';
import { readTargetHeader, TargetBlobError } from './target-blob.ts';

export interface PersonProvenance {
  readonly cropId: number;
  /** Pixels of the upright picture. */
  readonly box: Box;
  readonly source: BoxSource;
  /** Who named the box: a box file, a detector, a teacher; '' for the whole picture. */
  readonly madeBy: string;
  readonly targets: readonly TargetProvenance[];
}

export interface TargetProvenance {
  readonly id: number;
  /** sha256 of the teacher's weights, hex. */
  readonly teacher: string;
  /** Folder of the run that published the teacher; null: it came from outside. */
  readonly run: string | null;
  /** The teacher's weights, where they were kept. */
  readonly file: string | null;
  /** Training steps behind the teacher. */
  readonly step: number;
  readonly bn: 'batch' | 'running';
  readonly viewMode: 'random' | 'canonical';
  /** Of the view it was taught from; absent for a damaged target. */
  readonly view?: Affine;
  readonly flip?: boolean;
  readonly codec: TargetCodec;
  /** [height, width, joints] of the heatmap. */
  readonly shape: readonly [number, number, number];
  /** Of each joint's map; absent for a damaged target. */
  readonly peaks?: readonly number[];
  /** ms since the epoch. */
  readonly taughtAt: number;
  readonly timesUsed: number;
  readonly lastUsed: number | null;
  /** Id of the newest target that takes its place; null: none does. */
  readonly supersededBy: number | null;
  /** What is wrong with the stored bytes. */
  readonly damage?: string;
}

type Row = Pick<
  TargetProvenance,
  | 'id'
  | 'teacher'
  | 'run'
  | 'file'
  | 'step'
  | 'bn'
  | 'viewMode'
  | 'codec'
  | 'taughtAt'
  | 'lastUsed'
  | 'supersededBy'
> & { height: number; width: number; joints: number; timesUsed: number | null; blob: Buffer };

/** sha256 of the picture that was last seen at `path` (absolute), hex; undefined where none was. */
export function digestAt(db: Database, path: string): string | undefined {
  return db
    .prepare<string>('SELECT sha256 FROM file JOIN image ON image.id = image_id WHERE path = ?')
    .pluck()
    .get(rawPath(path));
}

/** The people of a picture with their targets, newest first. */
export function provenanceOf(db: Database, imageId: number): PersonProvenance[] {
  const targets = db.prepare<Row>(
    `SELECT target.id, teacher.digest AS teacher, run.directory AS run, teacher.file, target.step,
       bn, view AS viewMode, codec, target_set.height, target_set.width, joints,
       taught_at AS taughtAt, times_used AS timesUsed, last_used AS lastUsed, blob,
       (${SUPERSEDED_BY}) AS supersededBy
     FROM target JOIN target_set ON target_set.id = target.set_id
     JOIN teacher ON teacher.id = target_set.teacher_id
     LEFT JOIN run ON run.id = teacher.run_id
     LEFT JOIN target_use ON target_use.target_id = target.id
     WHERE target.crop_id = ? ORDER BY taught_at DESC, target.id DESC`,
  );
  return db
    .prepare<Box & { cropId: number; source: BoxSource; madeBy: string }>(
      `SELECT crop.id AS cropId, x, y, instance.width, instance.height, source,
         made_by AS madeBy
       FROM instance JOIN crop ON crop.instance_id = instance.id
       WHERE image_id = ? ORDER BY x, y, crop.id`,
    )
    .all(imageId)
    .map(({ cropId, source, madeBy, ...box }) => ({
      cropId,
      box,
      source,
      madeBy,
      targets: targets.all(cropId).map((row) => describe(row, cropId)),
    }));
}

function describe(
  { blob, height, width, joints, timesUsed, ...row }: Row,
  cropId: number,
): TargetProvenance {
  const known = { ...row, shape: [height, width, joints] as const, timesUsed: timesUsed ?? 0 };
  try {
    const { view, flip, peaks } = readTargetHeader(blob, cropId);
    return { ...known, view, flip, peaks: [...peaks] };
  } catch (error) {
    if (!(error instanceof TargetBlobError)) throw error;
    return { ...known, damage: error.message };
  }
}
