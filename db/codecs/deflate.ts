// Raw deflate of planes of numbers: how hard to try is decided by what is in them.
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

/** Looked at: so many bytes, spread over the plane. */
const SAMPLES = 1024;

/**
 * Flat planes are runs: matching runs alone is faster than level 1 and smaller. Noise has no runs: Huffman codes
 * alone are faster by half and smaller too. Both are plain deflate to whoever reads them.
 */
export function deflate(plain: Uint8Array): Buffer {
  const strategy = isNoisy(plain) ? constants.Z_HUFFMAN_ONLY : constants.Z_RLE;
  return deflateRawSync(plain, { level: 1, strategy, chunkSize: Math.max(64, plain.length) });
}

/** @throws {RangeError} when the plain bytes are not `length`; what zlib throws for bytes that are no deflate. */
export function inflate(body: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  // One chunk with room for one byte more than is expected: growing costs as much as inflating.
  const plain = inflateRawSync(body, {
    chunkSize: Math.max(64, length + 1),
    maxOutputLength: length + 1,
  });
  if (plain.length !== length) {
    throw new RangeError(`Expected ${length} bytes after inflating, got ${plain.length}`);
  }
  return plain;
}

function isNoisy(plain: Uint8Array): boolean {
  const stride = Math.max(1, Math.floor(plain.length / SAMPLES));
  let seen = 0;
  let equal = 0;
  for (let i = 1; i < plain.length; i += stride, seen++) if (plain[i] === plain[i - 1]) equal++;
  return equal < seen / 3;
}
