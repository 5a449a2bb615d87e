// Crops of the size that small-training.ts trains on, stored in a real database so that targets can refer to them.
import type { Database } from '../../db/open.ts';
import type { Crop } from '../../src/pose/types.ts';
import { addCrop } from './database.ts';
import { noise } from './compute.ts';
import { geometry } from './small-training.ts';

/** @param n differs from crop to crop */
export function smallCrop(db: Database, n: number): Crop {
  const { width, height } = geometry.stored;
  return {
    id: addCrop(db, n),
    pixels: Uint8Array.from(noise(width * height * 3, n, 0, 256), Math.floor),
    size: geometry.stored,
    cropFromImage: [1, 0, 0, 0, 1, 0],
  };
}
