// Writes a picture that was read into the catalog.
import { resolve } from 'node:path';
import { findImage, putFile, putImage, type ImageRow } from '../../db/catalog.ts';
import type { Database } from '../../db/open.ts';
import type { Identity } from './identify.ts';

/** Several statements: call it inside a transaction. */
export function catalogue(
  db: Database,
  { path, sha256, facts, info }: Omit<Identity, 'bytes'>,
): ImageRow {
  const image = { sha256, bytes: facts.bytes, ...info };
  const id = putImage(db, image);
  putFile(db, resolve(path), id, facts);
  return findImage(db, sha256)!;
}
