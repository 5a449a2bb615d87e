// Makes the crops of a picture's people that are missing: the picture is decoded once for all of them.
import { findCrop, putCrop, type CropKey, type NewCrop } from '../../db/crops.ts';
import type { Database } from '../../db/open.ts';
import { retryBusy } from '../../db/retry.ts';
import { transaction } from '../../db/transaction.ts';
import { encodeJpeg } from '../image/codec.ts';
import { cropPicture } from '../image/crop.ts';
import { decodeRgb } from '../image/decode.ts';
import { PictureError } from '../image/picture-error.ts';
import { cropFromImage } from '../pose/crop-geometry.ts';
import type { Box, CropSpec, Size } from '../pose/types.ts';
import { boxIn, type Admitted, type Person } from './picture.ts';
import type { Recognised } from './recognise.ts';
import { SampleError } from './sample-error.ts';
import type { SpecDigest } from './spec-digest.ts';

export interface CropContext {
  readonly db: Database;
  readonly spec: CropSpec;
  /** Of `spec`. */
  readonly digest: SpecDigest;
  readonly count: (name: string, by: number) => void;
}

export interface Cropped<T> {
  /** Of the picture, as it was given. */
  readonly path: string;
  readonly admitted: readonly Admitted<T>[];
  /** People whose box cannot be cut out. */
  readonly rejected: readonly SampleError[];
}

/** Crops of up to so many bytes are stored as they are; larger ones as JPEG. */
const LARGEST_RAW = 65536;

/** @throws {SampleError} when the picture does not decode; then nothing of it is stored. */
export async function cropPeople<T>(
  recognised: Recognised<T>,
  context: CropContext,
): Promise<Cropped<T>> {
  const { path, people } = recognised.picture;
  const { image } = recognised;
  // Looked up again: a copy of the picture may have been cropped since it was recognised.
  const crops = people.map(
    (person, i) =>
      recognised.crops[i] ??
      findCrop(
        context.db,
        image.id,
        boxIn(image.size, person),
        person.source,
        context.digest.digest,
      ),
  );
  const problems = people.map((person) => boxProblem(boxIn(image.size, person), image.size));
  const missing = people.filter((_, i) => !crops[i] && !problems[i]);
  const made =
    missing.length > 0
      ? await makeCrops(recognised, missing, context)
      : new Map<Person<T>, CropKey>();
  const admitted: Admitted<T>[] = [];
  const rejected: SampleError[] = [];
  for (const [i, person] of people.entries()) {
    const reason = problems[i];
    const key = crops[i] ?? made.get(person);
    if (key) {
      const { id: imageId, sha256, size } = image;
      const box = boxIn(size, person);
      admitted.push({ ...key, imageId, sha256, path, box, size, tag: person.tag });
    } else rejected.push(new SampleError({ stage: 'crop', path, reason: reason! }));
  }
  return { path, admitted, rejected };
}

/** Why this box cannot be cut out of a picture of this size; undefined where it can. */
export function boxProblem({ x, y, width, height }: Box, size: Size): string | undefined {
  const told = `the box at (${x}, ${y}) of ${width}×${height}`;
  if (![x, y, width, height].every(Number.isFinite)) return `${told} is not made of numbers`;
  if (width <= 0 || height <= 0) return `${told} has no area`;
  const isOutside = x >= size.width || y >= size.height || x + width <= 0 || y + height <= 0;
  return isOutside ? `${told} lies outside the picture of ${size.width}×${size.height}` : undefined;
}

async function makeCrops<T>(
  { picture, image, facts, bytes }: Recognised<T>,
  people: readonly Person<T>[],
  { db, spec, digest, count }: CropContext,
): Promise<Map<Person<T>, CropKey>> {
  const boxes = people.map((person) => boxIn(image.size, person));
  const maxScaleDown = Math.min(...boxes.map((box) => pixelsPerCropPixel(box, spec)));
  const decoded = await decodeRgb(bytes!, { maxScaleDown }).catch((error: unknown) => {
    if (!(error instanceof PictureError)) throw error;
    const { path } = picture;
    throw new SampleError({ stage: 'decode', path, reason: error.message, cause: error, facts });
  });
  count('pictures_decoded', 1);
  const rows: NewCrop[] = [];
  for (const [i, box] of boxes.entries()) {
    const crop = await cropPicture(decoded, box, spec);
    const encoded = await encode(crop.pixels, spec.stored);
    const { source } = people[i]!;
    rows.push({
      ...encoded,
      ...crop,
      pixels: encoded.pixels,
      size: spec.stored,
      imageId: image.id,
      box,
      source,
      spec: digest,
    });
  }
  const keys = await retryBusy(() => transaction(db, () => rows.map((row) => putCrop(db, row))));
  count('crops_made', keys.length);
  return new Map(people.map((person, i) => [person, keys[i]!]));
}

/** How many picture pixels a pixel of the crop covers, along the finer axis. */
function pixelsPerCropPixel(box: Box, spec: CropSpec): number {
  const [kx, , , , ky] = cropFromImage(box, spec);
  return 1 / Math.max(kx, ky);
}

async function encode(pixels: Uint8Array, size: Size): Promise<Pick<NewCrop, 'codec' | 'pixels'>> {
  if (pixels.length <= LARGEST_RAW) return { codec: 'raw', pixels };
  return { codec: 'jpeg', pixels: await encodeJpeg(pixels, size) };
}
