// The hot queries find their rows by an index, and docs/database.md shows the plans that SQLite makes of them.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findImage, findUnchanged } from '../../db/catalog.ts';
import { claimTargets, renewClaims } from '../../db/claims.ts';
import { findCrop, readCropRow } from '../../db/crops.ts';
import type { Database } from '../../db/open.ts';
import { findQuarantined } from '../../db/quarantine.ts';
import { admissions, findRun } from '../../db/runs.ts';
import { flushUses } from '../../db/target-uses.ts';
import { getTargets } from '../../db/targets.ts';
import { addCrop, fakeDigest, temporaryDatabase } from '../support/database.ts';
import { putTargets, smallTarget, targetSet } from '../support/targets.ts';

const box = { x: 1, y: 2, width: 3, height: 4 };
const facts = { bytes: 1, mtime: 2, inode: 3 };
const key = { ...targetSet, cropId: 1 };
const claimant = { owner: 'a', lease: 1000 };

/** What is done once a picture, crop, target or step. */
const HOT: Readonly<Record<string, (db: Database) => void>> = {
  'recall targets': (db) => getTargets(db, [key]),
  'count their uses': (db) => {
    getTargets(db, [key]);
    flushUses(db);
  },
  'store targets': (db) => {
    putTargets(db, [{ key, target: smallTarget(2) }]);
  },
  'claim targets': (db) => claimTargets(db, targetSet, [1, 2], claimant),
  'renew claims': (db) => {
    renewClaims(db, claimant);
  },
  'read a crop': (db) => readCropRow(db, 1),
  'find the crop of a person': (db) => findCrop(db, 1, box, 'given', fakeDigest(999)),
  'find an unchanged file': (db) => findUnchanged(db, '/a.jpg', facts),
  'find a picture by its bytes': (db) => findImage(db, fakeDigest(1)),
  'ask the quarantine': (db) => findQuarantined(db, '/a.jpg', facts),
  'resume a run': (db) => {
    findRun(db, '/r');
    admissions(db, 1);
  },
};

const document = readFileSync(new URL('../../docs/database.md', import.meta.url), 'utf8');

describe('hot queries', () => {
  it.each(Object.entries(HOT))('%s: by an index, without sorting, as documented', (_, work) => {
    const db = temporaryDatabase();
    addCrop(db, 1);
    addCrop(db, 2);
    putTargets(db, [{ key, target: smallTarget(1) }]);
    const asked = new Set<string>();
    work({
      ...db,
      prepare(text) {
        asked.add(text);
        return db.prepare(text);
      },
    });
    const plans = [...asked].map((query) => planOf(db, query)).filter((plan) => plan !== '');
    expect(plans.length).toBeGreaterThan(0);
    for (const plan of plans) {
      expect(plan).not.toMatch(/SCAN|TEMP B-TREE/);
      expect(document).toContain(plan);
    }
  });
});

/** Empty for a plain INSERT. */
function planOf(db: Database, query: string): string {
  const given = Array.from(query.matchAll(/\?/g), () => null);
  return db
    .prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`)
    .all(given)
    .map(({ detail }) => detail)
    .join('\n');
}
