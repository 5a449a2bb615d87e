// The stored form of a teacher's heatmaps: versioned header, u8-quantised maps, deflate, CRC32.
//
//   bytes     content (little-endian)
//   0–3       "HSTG"
//   4         version, 1
//   5         codec, 0 = u8 + raw deflate level 1
//   6         1 where the view is mirrored
//   8–13      height, width, joints: u16 each
//   16–63     view matrix, 6 float64
//   64–       peaks, minima, maxima: joints float32 each
//   …         deflated planes [joints, height, width] u8; value = min + (max − min) u8 / 255
//   last 4    CRC32 of all before
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Affine } from '../src/pose/types.ts';
import { affineFromBlob, affineToBlob } from './affine-blob.ts';

export interface TargetMaps {
  /** [height, width, joints], any finite values. */
  readonly heatmap: Float32Array;
  /** [height, width, joints]. */
  readonly shape: readonly [number, number, number];
  /** The easy view it was taught from. */
  readonly view: Affine;
  readonly flip: boolean;
  /** Height of the maximum of each joint's map, before quantisation. */
  readonly peaks: Float32Array;
}

/** The bytes are not those that were written. */
export class TargetBlobError extends Error {
  override readonly name = 'TargetBlobError';
}

const MAGIC = 'HSTG';
const VERSION = 1;
const U8_DEFLATE = 0;
const FIXED = 64;

/**
 * Error after decoding: at most half a step, (max − min) / 510 of the joint's map, plus float32 rounding.
 * @throws {RangeError} when lengths and shape differ, or a value is not finite.
 */
export function encodeTarget({ heatmap, shape, view, flip, peaks }: TargetMaps): Buffer {
  const [height, width, joints] = shape;
  if (heatmap.length !== height * width * joints || peaks.length !== joints) {
    throw new RangeError(
      `Expected a heatmap of ${shape.join('×')} and ${joints} peaks, got ${heatmap.length} values and ${peaks.length} peaks`,
    );
  }
  const { minima, maxima } = extremes(heatmap, joints);
  const header = Buffer.alloc(FIXED);
  header.write(MAGIC, 'latin1');
  header.set([VERSION, U8_DEFLATE, flip ? 1 : 0], 4);
  [height, width, joints].forEach((value, i) => header.writeUInt16LE(value, 8 + 2 * i));
  affineToBlob(view).copy(header, 16);
  const planes = quantise(heatmap, shape, minima, maxima);
  const body = Buffer.concat([
    header,
    ...[peaks, minima, maxima].map(floatsToBlob),
    deflateRawSync(planes, { level: 1 }),
  ]);
  const check = Buffer.alloc(4);
  check.writeUInt32LE(crc32(body));
  return Buffer.concat([body, check]);
}

/** @throws {TargetBlobError} for bytes that are damaged, or in a version or codec that this heatstream does not know. */
export function decodeTarget(blob: Buffer): TargetMaps {
  if (blob.length < FIXED + 4 || blob.toString('latin1', 0, 4) !== MAGIC) {
    throw new TargetBlobError(
      `Expected a target blob ("${MAGIC}…"), got ${blob.length} other bytes`,
    );
  }
  const end = blob.length - 4;
  const expected = blob.readUInt32LE(end);
  const actual = crc32(blob.subarray(0, end));
  if (actual !== expected) {
    throw new TargetBlobError(
      `The checksum of a target does not match: expected ${hex(expected)}, got ${hex(actual)}`,
    );
  }
  if (blob[4] !== VERSION || blob[5] !== U8_DEFLATE) {
    throw new TargetBlobError(
      `Expected a target of version ${VERSION}, codec ${U8_DEFLATE}, got version ${blob[4]!}, codec ${blob[5]!}`,
    );
  }
  const shape = [blob.readUInt16LE(8), blob.readUInt16LE(10), blob.readUInt16LE(12)] as const;
  const joints = shape[2];
  const [peaks, minima, maxima] = [0, 1, 2].map((i) =>
    floatsFromBlob(blob, FIXED + 4 * joints * i, joints),
  ) as [Float32Array, Float32Array, Float32Array];
  const planes = inflateRawSync(blob.subarray(FIXED + 12 * joints, end));
  return {
    heatmap: restore(planes, shape, minima, maxima),
    shape,
    view: affineFromBlob(blob, 16),
    flip: blob[6] === 1,
    peaks,
  };
}

function extremes(heatmap: Float32Array, joints: number) {
  const minima = new Float32Array(joints).fill(Infinity);
  const maxima = new Float32Array(joints).fill(-Infinity);
  for (let i = 0, joint = 0; i < heatmap.length; i++) {
    const value = heatmap[i]!;
    // NaN fails the first comparison, infinities the others.
    if (!(value - value === 0)) {
      throw new RangeError(`Expected finite heatmap values, got ${value} at index ${i}`);
    }
    if (value < minima[joint]!) minima[joint] = value;
    if (value > maxima[joint]!) maxima[joint] = value;
    if (++joint === joints) joint = 0;
  }
  return { minima, maxima };
}

function quantise(
  heatmap: Float32Array,
  [height, width, joints]: readonly [number, number, number],
  minima: Float32Array,
  maxima: Float32Array,
): Uint8Array {
  const size = height * width;
  // Plane by plane: a joint's map is mostly flat, which deflate likes.
  const planes = new Uint8Array(size * joints);
  for (let joint = 0; joint < joints; joint++) {
    const min = minima[joint]!;
    const range = maxima[joint]! - min;
    if (range === 0) continue;
    const scale = 255 / range;
    for (let i = 0, from = joint, to = joint * size; i < size; i++, from += joints, to++) {
      planes[to] = (heatmap[from]! - min) * scale + 0.5;
    }
  }
  return planes;
}

function restore(
  planes: Uint8Array,
  [height, width, joints]: readonly [number, number, number],
  minima: Float32Array,
  maxima: Float32Array,
): Float32Array {
  const size = height * width;
  const heatmap = new Float32Array(size * joints);
  const values = new Float32Array(256);
  for (let joint = 0; joint < joints; joint++) {
    const min = minima[joint]!;
    const range = maxima[joint]! - min;
    for (let level = 0; level < 256; level++) values[level] = min + (range * level) / 255;
    for (let i = 0, from = joint * size, to = joint; i < size; i++, from++, to += joints) {
      heatmap[to] = values[planes[from]!]!;
    }
  }
  return heatmap;
}

function floatsToBlob(values: Float32Array): Buffer {
  const blob = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => blob.writeFloatLE(value, 4 * i));
  return blob;
}

function floatsFromBlob(blob: Buffer, offset: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => blob.readFloatLE(offset + 4 * i));
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
