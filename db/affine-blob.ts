// A 2x3 affine as 48 bytes: float64, little-endian, row-major.
import type { Affine } from '../src/pose/types.ts';

export function affineToBlob(affine: Affine): Buffer {
  const blob = Buffer.alloc(48);
  affine.forEach((value, i) => blob.writeDoubleLE(value, 8 * i));
  return blob;
}

export function affineFromBlob(blob: Buffer, offset = 0): Affine {
  const at = (i: number) => blob.readDoubleLE(offset + 8 * i);
  return [at(0), at(1), at(2), at(3), at(4), at(5)];
}
