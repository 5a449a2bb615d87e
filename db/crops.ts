// People and their canonical crops.
import { crc32 } from 'node:zlib';
import type { Affine, Box, BoxSource, Size } from '../src/pose/types.ts';
import { affineFromBlob, affineToBlob } from './affine-blob.ts';
import type { Database } from './open.ts';
import { clearQuarantine, isQuarantineEmpty, quarantine } from './quarantine.ts';

/** The pixels as they are stored: `raw` is [height, width, 3] RGB u8, `jpeg` a JPEG file. */
export interface EncodedCrop {
  readonly codec: 'raw' | 'jpeg';
  readonly pixels: Uint8Array;
  readonly size: Size;
  readonly cropFromImage: Affine;
}

export interface CropRow extends EncodedCrop {
  readonly id: number;
  readonly instanceId: number;
  /** The stored checksum is that of the stored bytes. */
  readonly isIntact: boolean;
}

export interface NewCrop extends EncodedCrop {
  readonly imageId: number;
  readonly box: Box;
  readonly source: BoxSource;
  /** Who named the box; the first one stays. @default '' */
  readonly madeBy?: string;
  /** Digest of the crop spec, hex, and the JSON it was taken of. */
  readonly spec: { readonly digest: string; readonly json: string };
}

export interface CropKey {
  readonly cropId: number;
  readonly instanceId: number;
}

/** The crop of this box under this spec, or undefined where it has not been made. */
export function findCrop(
  db: Database,
  imageId: number,
  box: Box,
  source: BoxSource,
  specDigest: string,
): CropKey | undefined {
  // One table a query, by its key: SQLite plans a join anew for every value that is bound.
  const spec = db
    .prepare<{ id: number }>('SELECT id FROM crop_spec WHERE digest = ?')
    .get(specDigest);
  const instance = spec && findInstance(db, imageId, box, source);
  const crop =
    instance &&
    db
      .prepare<{ id: number }>(
        'SELECT id FROM crop WHERE instance_id = ? AND spec_id = ? AND length(pixels) > 0',
      )
      .get(instance.id, spec.id);
  return crop && { cropId: crop.id, instanceId: instance.id };
}

function findInstance(db: Database, imageId: number, box: Box, source: BoxSource) {
  return db
    .prepare<{ id: number }>(
      'SELECT id FROM instance WHERE image_id = ? AND x = ? AND y = ? AND width = ? AND height = ? AND source = ?',
    )
    .get(imageId, box.x, box.y, box.width, box.height, source);
}

/** What it is called in the quarantine. */
function cropName(db: Database, cropId: number): string {
  return `crop ${cropId} of ${db.path}`;
}

/**
 * Takes the damaged pixels of a crop away, so that whoever sees its picture next makes it again under the same id; it
 * stands in quarantine until then. Call it inside `transaction`. @returns its name there
 */
export function voidCrop(db: Database, cropId: number, reason: string): string {
  const path = cropName(db, cropId);
  quarantine(db, { path, stage: 'recall-crop', reason });
  db.prepare("UPDATE crop SET pixels = x'' WHERE id = ?").run(cropId);
  return path;
}

/**
 * Stores a crop and, where they are new, its person and its spec; a crop that is there already stays, unless it is void.
 * Several statements: call it inside `transaction`.
 */
export function putCrop(db: Database, crop: NewCrop): CropKey {
  const { imageId, box, source, madeBy = '', spec, codec, size, pixels } = crop;
  const instance = [imageId, box.x, box.y, box.width, box.height, source];
  db.prepare(
    `INSERT INTO instance (image_id, x, y, width, height, source, made_by) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  ).run(...instance, madeBy);
  const { id: instanceId } = findInstance(db, imageId, box, source)!;
  db.prepare('INSERT INTO crop_spec (digest, json) VALUES (?, ?) ON CONFLICT DO NOTHING').run(
    spec.digest,
    spec.json,
  );
  const affine = affineToBlob(crop.cropFromImage);
  db.prepare(
    `INSERT INTO crop (instance_id, spec_id, codec, width, height, affine, crc, pixels)
     SELECT ?, id, ?, ?, ?, ?, ?, ? FROM crop_spec WHERE digest = ?
     ON CONFLICT (instance_id, spec_id) DO UPDATE SET codec = excluded.codec, width = excluded.width,
       height = excluded.height, affine = excluded.affine, crc = excluded.crc, pixels = excluded.pixels
     WHERE length(crop.pixels) = 0`,
  ).run(
    instanceId,
    codec,
    size.width,
    size.height,
    affine,
    checksum(affine, pixels),
    pixels,
    spec.digest,
  );
  const key = findCrop(db, imageId, box, source, spec.digest)!;
  if (!isQuarantineEmpty(db)) clearQuarantine(db, cropName(db, key.cropId));
  return key;
}

/** @throws {RangeError} for a crop that is not in the database. */
export function readCropRow(db: Database, cropId: number): CropRow {
  const row = db
    .prepare<RawCrop>(
      'SELECT id, instance_id, codec, width, height, affine, crc, pixels FROM crop WHERE id = ?',
    )
    .get(cropId);
  if (!row) throw new RangeError(`The database ${db.path} has no crop ${cropId}`);
  return {
    id: row.id,
    instanceId: row.instance_id,
    codec: row.codec,
    pixels: row.pixels,
    size: { width: row.width, height: row.height },
    cropFromImage: affineFromBlob(row.affine),
    isIntact: row.crc === checksum(row.affine, row.pixels),
  };
}

interface RawCrop extends Size {
  readonly id: number;
  readonly instance_id: number;
  readonly codec: 'raw' | 'jpeg';
  readonly affine: Buffer;
  readonly crc: number;
  readonly pixels: Buffer;
}

function checksum(affine: Uint8Array, pixels: Uint8Array): number {
  return crc32(pixels, crc32(affine));
}
