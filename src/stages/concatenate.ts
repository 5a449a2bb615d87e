// Crops of one size side by side.
import type { Crop } from '../pose/types.ts';
import type { BatchMemory } from './batch-memory.ts';

/** @returns [batch, h, w, 3] */
export function concatenate(crops: readonly Crop[], memory?: BatchMemory): Uint8Array {
  const length = crops[0]?.pixels.length ?? 0;
  const size = crops.length * length;
  const out = memory?.bytes(size) ?? new Uint8Array(size);
  crops.forEach((crop, i) => {
    if (crop.pixels.length !== length) {
      throw new Error(
        `Expected crops of ${length} bytes, crop ${crop.id} has ${crop.pixels.length}`,
      );
    }
    out.set(crop.pixels, i * length);
  });
  return out;
}
