// The stored form of a teacher's heatmaps: versioned header, maps in one of the codecs, CRC32.
//
//   bytes     content (little-endian)
//   0–3       "HSTG"
//   4         version, 2
//   5         codec: 0 u8, 1 f16, 2 keypoints (db/codecs)
//   6         1 where the view is mirrored
//   7         0
//   8–13      height, width, joints: u16 each
//   16–63     view matrix, 6 float64
//   64–       peaks: joints float32
//   …         the codec's body
//   last 4    CRC32 of the crop's id (u64) and all before
//
// Version 1, which is still read, has the checksum of the bytes alone and codec 0 only.
import { crc32 } from 'node:zlib';
import type { Affine } from '../src/pose/types.ts';
import { affineFromBlob, affineToBlob } from './affine-blob.ts';
import type { MapCodec, TargetCodec } from './codecs/codec.ts';
import { f16 } from './codecs/f16.ts';
import { keypoints } from './codecs/keypoints.ts';
import { u8 } from './codecs/u8.ts';

export interface TargetMaps {
  /** [height, width, joints], any finite values. */
  readonly heatmap: Float32Array;
  /** [height, width, joints]. */
  readonly shape: readonly [number, number, number];
  /** The easy view it was taught from. */
  readonly view: Affine;
  readonly flip: boolean;
  /** Height of the maximum of each joint's map, before it was stored. */
  readonly peaks: Float32Array;
}

/** What can be told of a target without decoding its maps. */
export interface TargetHeader extends Omit<TargetMaps, 'heatmap'> {
  readonly codec: TargetCodec;
}

export interface Coding {
  /** The crop it belongs to: under the checksum, so that no damage hands it to another. @default 0 */
  readonly cropId?: number;
  readonly codec: TargetCodec;
  /** Heatmap px; for `keypoints`. @default 0 */
  readonly sigma?: number;
}

/** The bytes are not those that were written. */
export class TargetBlobError extends Error {
  override readonly name = 'TargetBlobError';
}

const MAGIC = 'HSTG';
const VERSION = 2;
const FIXED = 64;
const CODECS: Readonly<Record<TargetCodec, MapCodec>> = { u8, f16, keypoints };

/**
 * Error after decoding with u8: at most half a step, (max − min) / 510 of the joint's map, plus float32 rounding.
 * @throws {RangeError} when lengths and shape differ, or a value is not finite.
 */
export function encodeTarget(
  { heatmap, shape, view, flip, peaks }: TargetMaps,
  { codec, sigma = 0, cropId = 0 }: Coding = { codec: 'u8' },
): Buffer {
  const [height, width, joints] = shape;
  if (heatmap.length !== height * width * joints || peaks.length !== joints) {
    throw new RangeError(
      `Expected a heatmap of ${shape.join('×')} and ${joints} peaks, got ${heatmap.length} values and ${peaks.length} peaks`,
    );
  }
  refuseNonFinite(heatmap);
  const head = Buffer.alloc(FIXED + 4 * joints);
  head.write(MAGIC, 'latin1');
  head.set([VERSION, CODECS[codec].number, flip ? 1 : 0], 4);
  shape.forEach((value, i) => head.writeUInt16LE(value, 8 + 2 * i));
  affineToBlob(view).copy(head, 16);
  peaks.forEach((peak, joint) => head.writeFloatLE(peak, FIXED + 4 * joint));
  const parts = [head, ...CODECS[codec].encode(heatmap, shape, sigma)];
  const check = Buffer.alloc(4);
  check.writeUInt32LE(parts.reduce((crc, part) => crc32(part, crc), seedOf(cropId)));
  return Buffer.concat([...parts, check]);
}

/** @throws {TargetBlobError} for bytes that are damaged, or in a version or codec that this heatstream does not know. */
export function decodeTarget(blob: Buffer, cropId = 0): TargetMaps {
  const { codec, ...header } = readTargetHeader(blob, cropId);
  const { shape, peaks } = header;
  const body = blob.subarray(FIXED + 4 * shape[2], blob.length - 4);
  try {
    return { ...header, heatmap: CODECS[codec].decode(body, shape, peaks) };
  } catch (error) {
    throw new TargetBlobError(
      `The maps of a target do not decode as ${codec}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** Checks the whole blob and reads all but the maps. @throws {TargetBlobError} as `decodeTarget`. */
export function readTargetHeader(blob: Buffer, cropId = 0): TargetHeader {
  if (blob.length < FIXED + 4 || blob.toString('latin1', 0, 4) !== MAGIC) {
    throw new TargetBlobError(
      `Expected a target blob ("${MAGIC}…"), got ${blob.length} other bytes`,
    );
  }
  const end = blob.length - 4;
  const expected = blob.readUInt32LE(end);
  const version = blob[4]!;
  const actual = crc32(blob.subarray(0, end), version === 1 ? 0 : seedOf(cropId));
  if (actual !== expected) {
    throw new TargetBlobError(
      `The checksum of a target does not match: expected ${hex(expected)}, got ${hex(actual)}`,
    );
  }
  const codec = (Object.keys(CODECS) as TargetCodec[]).find(
    (name) => CODECS[name].number === blob[5],
  );
  if (version < 1 || version > VERSION || !codec) {
    throw new TargetBlobError(
      `Expected a target of version 1 or ${VERSION}, codec 0 to 2, got version ${version}, codec ${blob[5]!}`,
    );
  }
  const shape = [blob.readUInt16LE(8), blob.readUInt16LE(10), blob.readUInt16LE(12)] as const;
  const peaks = new Float32Array(shape[2]);
  for (let joint = 0; joint < peaks.length; joint++) {
    peaks[joint] = blob.readFloatLE(FIXED + 4 * joint);
  }
  return { codec, shape, view: affineFromBlob(blob, 16), flip: blob[6] === 1, peaks };
}

function refuseNonFinite(heatmap: Float32Array): void {
  // x − x is 0 for every finite x and NaN for the others: one sum tells whether any of them is there.
  let sum = 0;
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- iterating takes ten times as long
  for (let i = 0; i < heatmap.length; i++) sum += heatmap[i]! - heatmap[i]!;
  if (sum === 0) return;
  const index = heatmap.findIndex((value) => !Number.isFinite(value));
  throw new RangeError(`Expected finite heatmap values, got ${heatmap[index]!} at index ${index}`);
}

function seedOf(cropId: number): number {
  const id = Buffer.alloc(8);
  id.writeBigUInt64LE(BigInt(cropId));
  return crc32(id);
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
