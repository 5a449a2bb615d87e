// Packs affines into the rows that tf.image.transform takes.
import type { Affine } from '../pose/types.ts';

/**
 * @param sourceFromTarget one a sample: output pixel to input pixel
 * @returns [batch, 8]: a b c d e f and two zeros (no perspective)
 */
export function packTransforms(sourceFromTarget: readonly Affine[]): Float32Array {
  const rows = new Float32Array(sourceFromTarget.length * 8);
  sourceFromTarget.forEach((affine, i) => {
    rows.set(affine, i * 8);
  });
  return rows;
}
