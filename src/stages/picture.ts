// A picture on its way in, the people in it, and what becomes of them.
import type { Box, BoxSource, Size } from '../pose/types.ts';

export interface Person<T> {
  /** Pixels of the upright picture; null is the whole picture. */
  readonly box: Box | null;
  readonly source: BoxSource;
  /** Travels along: a label, an annotation id. */
  readonly tag: T;
}

export interface Picture<T> {
  readonly path: string;
  readonly people: readonly Person<T>[];
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
