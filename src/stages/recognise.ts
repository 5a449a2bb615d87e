// Finds a picture in the catalog by the facts of its file, else by its bytes; reads the file only where it must.
import { resolve } from 'node:path';
import {
  findImage,
  findUnchanged,
  putFile,
  putImage,
  type FileFacts,
  type ImageRow,
} from '../../db/catalog.ts';
import { findCrop, type CropKey } from '../../db/crops.ts';
import type { Database } from '../../db/open.ts';
import { findQuarantined } from '../../db/quarantine.ts';
import { retryBusy } from '../../db/retry.ts';
import { transaction } from '../../db/transaction.ts';
import { identify, statPicture } from './identify.ts';
import { boxIn, type Picture } from './picture.ts';
import { SampleError } from './sample-error.ts';

export interface RecogniseContext {
  readonly db: Database;
  readonly specDigest: string;
  readonly count: (name: string, by: number) => void;
}

export interface Recognised<T> {
  readonly picture: Picture<T>;
  readonly image: ImageRow;
  readonly facts: FileFacts;
  /** One a person; undefined where the crop has still to be made. */
  readonly crops: readonly (CropKey | undefined)[];
  /** The file, read where a crop is missing. */
  readonly bytes?: Buffer;
}

/**
 * An unchanged file whose crops exist costs one `stat`. The file of a picture with a missing crop is read, but a
 * picture is decoded only by `cropPeople`.
 * @throws {SampleError} for a file that cannot be used, or that stands in quarantine and has not changed.
 */
export async function recognise<T>(
  picture: Picture<T>,
  { db, specDigest, count }: RecogniseContext,
): Promise<Recognised<T>> {
  const { path, people } = picture;
  const absolute = resolve(path);
  const facts = await statPicture(path);
  const held = findQuarantined(db, absolute, facts);
  if (held) {
    const { stage, reason } = held;
    throw new SampleError({ stage, path, reason, isKnown: true });
  }
  const cropsOf = ({ id, size }: ImageRow) =>
    people.map((person) => findCrop(db, id, boxIn(size, person), person.source, specDigest));

  const unchanged = findUnchanged(db, absolute, facts);
  if (unchanged) {
    const crops = cropsOf(unchanged);
    if (!crops.includes(undefined)) {
      count('pictures_unchanged', 1);
      return { picture, image: unchanged, facts, crops };
    }
  }
  const { sha256, bytes, info } = await identify(path, facts);
  count('files_read', 1);
  await retryBusy(() => {
    transaction(db, () => {
      const id = putImage(db, { sha256, bytes: facts.bytes, ...info });
      putFile(db, absolute, id, facts);
    });
  });
  const image = findImage(db, sha256)!;
  return { picture, image, facts, crops: cropsOf(image), bytes };
}
