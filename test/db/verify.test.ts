import { describe, expect, it } from 'vitest';
import type { Database } from '../../db/open.ts';
import { admit, createRun } from '../../db/runs.ts';
import { verifyDatabase } from '../../db/verify.ts';
import { addCrop, temporaryDatabase } from '../support/database.ts';
import { putTargets, smallTarget, targetSet } from '../support/targets.ts';

function filled() {
  const db = temporaryDatabase();
  const crops = [1, 2, 3].map((n) => addCrop(db, n));
  const rows = crops.map((cropId, n) => ({
    key: { ...targetSet, cropId },
    target: smallTarget(n),
  }));
  putTargets(db, rows);
  const runId = createRun(db, { directory: '/r', config: {}, codeVersion: '1', seed: 0 });
  admit(db, runId, { generation: 1, step: 1, cropIds: crops, replaces: false });
  return db;
}

/** A change behind the program's back. */
const damage: readonly (readonly [string, string, RegExp])[] = [
  [
    'a flipped bit of a target',
    "UPDATE target SET blob = CAST(replace(blob, x'48535447', x'48535446') AS BLOB) WHERE id = 2",
    /target 2 of crop 2: Expected a target blob/,
  ],
  [
    'a target cut short',
    'UPDATE target SET blob = substr(blob, 1, 90) WHERE id = 1',
    /target 1 of crop 1.*bytes on record/,
  ],
  [
    'pixels of a crop',
    'UPDATE crop SET pixels = zeroblob(36) WHERE id = 3',
    /crop 3: the checksum/,
  ],
  [
    'a set of another size',
    'UPDATE target_set SET width = 9',
    /target 1 of crop 1: expected 5×9×3, got 5×4×3/,
  ],
  [
    'a crop that is gone',
    'DELETE FROM crop WHERE id = 2',
    /refers to a row of crop that is not there/,
  ],
  [
    'a gap in a generation',
    'DELETE FROM run_admission WHERE position = 1',
    /generation 1 of run 1 has a gap/,
  ],
  [
    'a missing generation',
    'UPDATE run_generation SET generation = 2',
    /has 1 generations, the last is number 2/,
  ],
];

describe('cache verify', () => {
  it('finds nothing wrong with a database that is whole', () => {
    expect(verifyDatabase(filled())).toEqual({ crops: 3, targets: 3, problems: [] });
  });

  it.each(damage)('names %s', (_, sql, problem) => {
    const db = filled();
    behindItsBack(db, sql);
    expect(verifyDatabase(db).problems.join('\n')).toMatch(problem);
  });
});

function behindItsBack(db: Database, sql: string): void {
  db.sql.pragma('foreign_keys = OFF');
  db.sql.exec(sql);
}
