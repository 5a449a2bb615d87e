// Makes the crops of a picture's people that are missing: the picture is decoded once for all of them.
import { findImage, type FileFacts, type ImageRow } from '../../db/catalog.ts';
import { findCrop, putCrop, type CropKey, type NewCrop } from '../../db/crops.ts';
import { findingOf, putFinding } from '../../db/findings.ts';
import type { Commit } from '../../db/group-commit.ts';
import type { Database } from '../../db/open.ts';
import { encodeJpeg } from '../image/codec.ts';
import { cropPicture } from '../image/crop.ts';
import { decodeRgb, type DecodedPicture } from '../image/decode.ts';
import { PictureError } from '../image/picture-error.ts';
import { cropFromImage } from '../pose/crop-geometry.ts';
import type { Box, CropSpec, Size } from '../pose/types.ts';
import { giveBack } from './give-back.ts';
import {
  boxIn,
  peopleFrom,
  type Admitted,
  type Finder,
  type FoundBox,
  type Person,
  type Picture,
} from './picture.ts';
import { admittedOf } from './recognise.ts';
import { SampleError } from './sample-error.ts';
import type { SpecDigest } from './spec-digest.ts';

export interface CropContext {
  readonly db: Database;
  readonly commit: Commit;
  readonly spec: CropSpec;
  /** Of `spec`. */
  readonly digest: SpecDigest;
  readonly count: (name: string, by: number) => void;
  /** Small pictures are decoded on this thread. @default false */
  readonly inPlace?: boolean | undefined;
}

/** A picture that was read, whose pixels are at hand. */
export interface Croppable<T> {
  readonly picture: Picture<T>;
  readonly sha256: string;
  /** Upright. */
  readonly size: Size;
  /** Puts it into the catalog, where it may be already. Several statements: called inside a transaction, maybe more than once. */
  readonly enter: () => ImageRow;
  /** Called once at most; its pixels are given back when the crops are made. @param maxScaleDown how many times smaller the picture may come, >= 1 */
  readonly decode: (maxScaleDown: number) => Promise<DecodedPicture>;
  /** Called when nothing but small crops is held any more. */
  readonly onCropped?: () => void;
}

export interface Cropped<T> {
  /** Of the picture, as it was given. */
  readonly path: string;
  readonly admitted: readonly Admitted<T>[];
  /** People whose box cannot be cut out. */
  readonly rejected: readonly SampleError[];
}

/** Along one axis, pictures: a mistyped box would take minutes to average. */
const LARGEST_BOX = 64;

/** Crops of up to so many bytes (160 KiB) are stored as they are; larger ones as JPEG. */
const LARGEST_RAW = 160 * 1024;

/**
 * Catalog and crops are written together.
 * @throws {SampleError} when the picture does not decode; then it stands in the catalog, without crops
 */
export async function cropPeople<T>(
  source: Croppable<T>,
  context: CropContext,
): Promise<Cropped<T>> {
  const { commit, count } = context;
  const looked = await look(source, context).catch(async (error: unknown) => {
    if (error instanceof SampleError) await commit(source.enter);
    throw error;
  });
  source.onCropped?.();
  const { usable, crops, rows, rejected } = looked;
  const { image, made } = await store(looked, source, context);
  for (const { pixels } of rows) giveBack(pixels);
  if (made.length > 0) count('crops_made', made.length);
  const keys = made.values();
  const { path } = source.picture;
  return {
    path,
    admitted: admittedOf(
      { path, people: usable },
      image,
      crops.map((crop) => crop ?? keys.next().value!),
    ),
    rejected,
  };
}

/** What there is of a picture, and what has to be written. */
interface Look<T> {
  readonly found: Finding | undefined;
  /** People who can be cut out, and the crop of each where it is stored. */
  readonly usable: readonly Person<T>[];
  readonly crops: readonly (CropKey | undefined)[];
  /** Of the crops that are missing, in the order of their people. */
  readonly rows: readonly Row[];
  readonly rejected: readonly SampleError[];
}

async function look<T>(source: Croppable<T>, context: CropContext): Promise<Look<T>> {
  const { picture, sha256, size } = source;
  const { path } = picture;
  const { db, digest, count } = context;
  let decoded: DecodedPicture | undefined;
  const open = async (maxScaleDown: number) => {
    if (!decoded) {
      decoded = await source.decode(maxScaleDown);
      count('pictures_decoded', 1);
    }
    return decoded;
  };

  const known = findImage(db, sha256);
  const found = picture.seek && (await seek(picture.seek.finder, path, known, open, db));
  const people = found
    ? [...picture.people, ...peopleFrom(found.boxes, picture.seek)]
    : picture.people;
  const reasons = people.map((person) => boxProblem(boxIn(size, person), size));
  const usable = people.filter((_, i) => reasons[i] === undefined);
  const crops = usable.map(
    (person) => known && findCrop(db, known.id, boxIn(size, person), person.source, digest.digest),
  );
  const missing = usable.filter((_, i) => !crops[i]);
  const rows = missing.length > 0 ? await makeCrops(size, missing, open, context) : [];
  if (decoded) giveBack(decoded.pixels);
  const rejected = reasons.flatMap((reason) =>
    reason === undefined ? [] : [new SampleError({ stage: 'crop', path, reason })],
  );
  return { found, usable, crops, rows, rejected };
}

/** How a picture file comes to pixels; its bytes are given back then. */
export function decoderOf(
  path: string,
  bytes: Uint8Array,
  facts: FileFacts,
  inPlace = false,
): Croppable<unknown>['decode'] {
  return async (maxScaleDown) => {
    try {
      return await decodeRgb(bytes, { maxScaleDown, inPlace });
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      throw new SampleError({ stage: 'decode', path, reason: error.message, cause: error, facts });
    } finally {
      giveBack(bytes);
    }
  };
}

/** Why this box cannot be cut out of a picture of this size; undefined where it can. */
export function boxProblem({ x, y, width, height }: Box, size: Size): string | undefined {
  const told = `the box at (${x}, ${y}) of ${width}×${height}`;
  if (![x, y, width, height].every(Number.isFinite)) return `${told} is not made of numbers`;
  if (width <= 0 || height <= 0) return `${told} has no area`;
  if (width > LARGEST_BOX * size.width || height > LARGEST_BOX * size.height)
    return `${told} is more than ${LARGEST_BOX} times as large as the picture of ${size.width}×${size.height}`;
  const isOutside = x >= size.width || y >= size.height || x + width <= 0 || y + height <= 0;
  return isOutside ? `${told} lies outside the picture of ${size.width}×${size.height}` : undefined;
}

interface Finding {
  readonly boxes: readonly FoundBox[];
  /** It was not in the database yet. */
  readonly isNew: boolean;
}

async function seek(
  finder: Finder,
  path: string,
  image: ImageRow | undefined,
  open: (maxScaleDown: number) => Promise<DecodedPicture>,
  db: Database,
): Promise<Finding> {
  const known = image && findingOf(db, image.id, finder.name);
  if (known) return { boxes: known, isNew: false };
  const decoded = await open(1);
  try {
    return { boxes: await finder.find(decoded), isNew: true };
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    throw new SampleError({ stage: finder.source, path, reason: error.message, cause: error });
  }
}

type Row = Omit<NewCrop, 'spec' | 'imageId'>;

async function makeCrops<T>(
  size: Size,
  people: readonly Person<T>[],
  open: (maxScaleDown: number) => Promise<DecodedPicture>,
  { spec }: CropContext,
): Promise<Row[]> {
  const boxes = people.map((person) => boxIn(size, person));
  const decoded = await open(Math.min(...boxes.map((box) => pixelsPerCropPixel(box, spec))));
  const rows: Row[] = [];
  for (const [i, box] of boxes.entries()) {
    const crop = cropPicture(decoded, box, spec);
    const encoded = await encode(crop.pixels, spec.stored);
    const { source, madeBy = '' } = people[i]!;
    const { cropFromImage } = crop;
    rows.push({ ...encoded, cropFromImage, size: spec.stored, box, source, madeBy });
  }
  return rows;
}

function store<T>(
  { rows, found }: Look<T>,
  { picture: { seek }, enter }: Croppable<T>,
  { db, commit, digest }: CropContext,
): Promise<{ readonly image: ImageRow; readonly made: readonly CropKey[] }> {
  return commit(() => {
    const image = enter();
    if (found?.isNew) putFinding(db, image.id, seek!.finder.name, found.boxes);
    const made = rows.map((row) => putCrop(db, { ...row, imageId: image.id, spec: digest }));
    return { image, made };
  });
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
