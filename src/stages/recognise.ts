// Finds pictures in the catalog by the facts of their files; reads a file only where it must.
import { resolve } from 'node:path';
import { findUnchanged, imageOf, type FileFacts, type ImageRow } from '../../db/catalog.ts';
import { findCrop, type CropKey } from '../../db/crops.ts';
import { findingOf } from '../../db/findings.ts';
import type { Database } from '../../db/open.ts';
import { findQuarantined, isQuarantineEmpty } from '../../db/quarantine.ts';
import { readTogether } from '../../db/transaction.ts';
import { statPicture } from './identify.ts';
import { boxIn, peopleFrom, type Admitted, type Person, type Picture } from './picture.ts';
import { SampleError } from './sample-error.ts';

export interface RecogniseContext {
  readonly db: Database;
  readonly specDigest: string;
}

/** A picture whose file has not changed and whose crops exist: it cost one `stat`. */
export interface Known<T> {
  readonly kind: 'known';
  readonly picture: Picture<T>;
  readonly admitted: readonly Admitted<T>[];
}

/** A file that has to be read. */
export interface Unread<T> {
  readonly kind: 'unread';
  readonly picture: Picture<T>;
  readonly facts: FileFacts;
}

/** A file that cannot be used, or that stands in quarantine and has not changed. */
export interface Refused<T> {
  readonly kind: 'refused';
  readonly picture: Picture<T>;
  readonly error: SampleError;
}

export type Recognised<T> = Known<T> | Unread<T> | Refused<T>;

/** Looks at some pictures together, in their order: the file system answers while the database is asked. */
export async function recognise<T>(
  pictures: readonly Picture<T>[],
  { db, specDigest }: RecogniseContext,
): Promise<Recognised<T>[]> {
  const looks = await lookAt(db, pictures);
  return readTogether(db, () =>
    looks.map((look): Recognised<T> => {
      if (look.kind !== 'unchanged') return look;
      const { picture, facts, imageId } = look;
      const admitted = admittedIn(db, picture, imageOf(db, imageId), specDigest);
      return admitted ? { kind: 'known', picture, admitted } : { kind: 'unread', picture, facts };
    }),
  );
}

/** The people of a picture; undefined where one has no crop yet, or a finder has still to look. */
export function admittedIn<T>(
  db: Database,
  picture: Picture<T>,
  image: ImageRow,
  specDigest: string,
): Admitted<T>[] | undefined {
  const people = peopleOf(db, picture, image);
  const crops = people?.map((person) =>
    findCrop(db, image.id, boxIn(image.size, person), person.source, specDigest),
  );
  return people && crops?.every((crop) => crop !== undefined)
    ? admittedOf({ ...picture, people }, image, crops)
    : undefined;
}

/** undefined where a finder has still to look. */
function peopleOf<T>(
  db: Database,
  { people, seek }: Picture<T>,
  { id }: ImageRow,
): readonly Person<T>[] | undefined {
  if (!seek) return people;
  const found = findingOf(db, id, seek.finder.name);
  return found && [...people, ...peopleFrom(found, seek)];
}

interface Unchanged<P> {
  readonly kind: 'unchanged';
  readonly picture: P;
  readonly imageId: number;
  readonly facts: FileFacts;
}

/** What the catalog alone says about each file. */
export async function lookAt<P extends Pick<Picture<unknown>, 'path'>>(
  db: Database,
  pictures: readonly P[],
): Promise<
  (
    | Unchanged<P>
    | { readonly kind: 'unread'; readonly picture: P; readonly facts: FileFacts }
    | { readonly kind: 'refused'; readonly picture: P; readonly error: SampleError }
  )[]
> {
  const stats = await Promise.all(pictures.map(({ path }) => statOrError(path)));
  const hasFailures = !isQuarantineEmpty(db);
  return readTogether(db, () =>
    pictures.map((picture, i) => {
      const facts = stats[i]!;
      if (facts instanceof SampleError) return { kind: 'refused', picture, error: facts };
      const absolute = resolve(picture.path);
      const held = hasFailures ? findQuarantined(db, absolute, facts) : undefined;
      if (held) {
        const { stage, reason } = held;
        const error = new SampleError({ stage, path: picture.path, reason, isKnown: true });
        return { kind: 'refused', picture, error };
      }
      const imageId = findUnchanged(db, absolute, facts);
      return imageId === undefined
        ? { kind: 'unread', picture, facts }
        : { kind: 'unchanged', picture, imageId, facts };
    }),
  );
}

/** The people of a picture whose crops exist, with the key of each. */
export function admittedOf<T>(
  { path, people }: Pick<Picture<T>, 'path' | 'people'>,
  { id: imageId, sha256, size }: ImageRow,
  crops: readonly CropKey[],
): Admitted<T>[] {
  return people.map((person, i) => {
    const box = boxIn(size, person);
    return { ...crops[i]!, imageId, sha256, path, box, size, tag: person.tag };
  });
}

async function statOrError(path: string): Promise<FileFacts | SampleError> {
  try {
    return await statPicture(path);
  } catch (error) {
    if (error instanceof SampleError) return error;
    throw error;
  }
}
