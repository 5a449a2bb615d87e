// Reads stored crops, with the recently used ones kept decoded in memory.
import { readCropRow, voidCrop, type CropRow } from '../../db/crops.ts';
import type { Database } from '../../db/open.ts';
import { retryBusy } from '../../db/retry.ts';
import { transaction } from '../../db/transaction.ts';
import { decodeCropJpeg } from '../image/codec.ts';
import type { Crop } from '../pose/types.ts';
import { SampleError } from './sample-error.ts';

export interface CropReader {
  /**
   * Callers share the crop: its pixels are not to be written to.
   * @throws {SampleError} for a crop whose stored bytes are damaged; {RangeError} for one that does not exist.
   */
  read(cropId: number): Promise<Crop>;
}

/** Keeps decoded crops of up to `maxBytes` pixels in memory, the least recently read going first. */
export function createCropReader(
  db: Database,
  { maxBytes }: { readonly maxBytes: number },
): CropReader {
  // A Map iterates in insertion order: the first is the least recently read. Holds at most `maxBytes` of pixels.
  const kept = new Map<number, Crop>();
  let bytes = 0;

  const keep = (crop: Crop) => {
    if (crop.pixels.length > maxBytes || kept.has(crop.id)) return;
    kept.set(crop.id, crop);
    bytes += crop.pixels.length;
    for (const [id, oldest] of kept) {
      if (bytes <= maxBytes) return;
      kept.delete(id);
      bytes -= oldest.pixels.length;
    }
  };

  return {
    async read(cropId) {
      const hit = kept.get(cropId);
      if (hit) {
        kept.delete(cropId);
        kept.set(cropId, hit);
        return hit;
      }
      const row = readCropRow(db, cropId);
      if (!row.isIntact) throw await setAside(db, cropId);
      const crop = await decode(row);
      keep(crop);
      return crop;
    },
  };
}

async function decode({ id, codec, pixels, size, cropFromImage }: CropRow): Promise<Crop> {
  const isRaw = codec === 'raw';
  return { id, pixels: isRaw ? pixels : await decodeCropJpeg(pixels, size), size, cropFromImage };
}

async function setAside(db: Database, cropId: number): Promise<SampleError> {
  const reason =
    'the checksum of the stored pixels does not match: the database is damaged; the next command that sees its picture makes the crop again';
  const path = await retryBusy(() => transaction(db, () => voidCrop(db, cropId, reason)));
  return new SampleError({ stage: 'recall-crop', path, reason });
}
