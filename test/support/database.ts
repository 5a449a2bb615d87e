// A real database in a temporary folder, and rows to hang others on.
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { putImage } from '../../db/catalog.ts';
import { putCrop } from '../../db/crops.ts';
import { openDatabase, type Database } from '../../db/open.ts';
import { transaction } from '../../db/transaction.ts';
import { temporaryFolder } from './folder.ts';

export function temporaryDatabase(path = join(temporaryFolder(), 'cache.sqlite')): Database {
  const db = openDatabase(path);
  onTestFinished(() => {
    db.close();
  });
  return db;
}

/** 64 hex digits that depend on `n` alone. */
export function fakeDigest(n: number): string {
  return n.toString(16).padStart(64, '0');
}

/** Adds a picture of 30×20 with one crop; returns the crop's id. */
export function addCrop(db: Database, n: number): number {
  return transaction(db, () => {
    const size = { width: 30, height: 20 };
    const imageId = putImage(db, {
      sha256: fakeDigest(n),
      size,
      orientation: 1,
      format: 'png',
      bytes: 100 + n,
    });
    return putCrop(db, {
      imageId,
      box: { x: 1, y: 2, width: 10, height: 12.5 },
      source: 'given',
      spec: { digest: fakeDigest(999), json: '{}' },
      codec: 'raw',
      pixels: new Uint8Array(4 * 3 * 3).fill(n),
      size: { width: 4, height: 3 },
      cropFromImage: [0.5, 0, n, 0, 0.25, -1],
    }).cropId;
  });
}
