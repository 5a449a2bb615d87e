// A picture on its way in, the people in it, and what becomes of them.
import type { Box, BoxSource, Size } from '../pose/types.ts';
import type { DecodedPicture } from '../image/decode.ts';

export interface Person<T> {
  /** Pixels of the upright picture; null is the whole picture. */
  readonly box: Box | null;
  readonly source: BoxSource;
  /** Who named the box: a box file, a detector, a teacher. @default '' */
  readonly madeBy?: string;
  /** Travels along: a label, an annotation id. */
  readonly tag: T;
}

export interface Picture<T> {
  readonly path: string;
  readonly people: readonly Person<T>[];
  /** Looks for people in the picture's pixels, beside `people`; each found gets `tag`. */
  readonly seek?: { readonly finder: Finder; readonly tag: T };
}

export interface FoundBox extends Box {
  /** Of the finder, higher is surer. */
  readonly score: number;
}

/** A detector or a teacher: finds people in pixels. */
export interface Finder {
  /** `detector:` or `teacher:` and a digest of all that decides its boxes: what it found is kept under this name. */
  readonly name: string;
  readonly source: 'detector' | 'teacher';
  /** Boxes in pixels of the upright picture (not of the decoded one, which may be smaller). @throws {PictureError} where it fails on this one */
  find(picture: DecodedPicture): Promise<readonly FoundBox[]>;
}

/** A person whose crop is in the database. */
export interface Admitted<T> {
  readonly cropId: number;
  readonly instanceId: number;
  readonly imageId: number;
  /** Of the picture's bytes, hex. */
  readonly sha256: string;
  /** As it was given. */
  readonly path: string;
  readonly box: Box;
  /** Of the picture, upright. */
  readonly size: Size;
  readonly tag: T;
}

/** The box of a person in a picture of this size. */
export function boxIn(size: Size, { box }: Pick<Person<unknown>, 'box'>): Box {
  return box ?? { x: 0, y: 0, ...size };
}

/** What a finder found, as people. */
export function peopleFrom<T>(
  found: readonly FoundBox[],
  { finder, tag }: NonNullable<Picture<T>['seek']>,
): Person<T>[] {
  return found.map(({ x, y, width, height }) => ({
    box: { x, y, width, height },
    source: finder.source,
    madeBy: finder.name,
    tag,
  }));
}
