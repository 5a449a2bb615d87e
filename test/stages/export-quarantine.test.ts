import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listQuarantine, quarantine } from '../../db/quarantine.ts';
import { exportQuarantine } from '../../src/stages/export-quarantine.ts';
import { temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';

it('exports the quarantine: a copy of each file that is there, and every reason', async () => {
  const folder = temporaryFolder();
  const db = temporaryDatabase();
  for (const name of ['a', 'b']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'x.jpg'), name);
    quarantine(db, { path: join(folder, name, 'x.jpg'), stage: 'decode', reason: `bad ${name}` });
  }
  quarantine(db, { path: join(folder, 'gone.jpg'), stage: 'identify', reason: 'gone' });
  const out = join(folder, 'out');
  expect(await exportQuarantine(listQuarantine(db), out)).toEqual({ files: 2, missing: 1 });
  expect(readdirSync(out).sort()).toEqual(['00001-x.jpg', '00002-x.jpg', 'quarantine.json']);
  expect(readFileSync(join(out, '00002-x.jpg'), 'utf8')).toBe('b');
  const listed = JSON.parse(readFileSync(join(out, 'quarantine.json'), 'utf8')) as unknown[];
  expect(listed).toMatchObject([
    { reason: 'bad a', stage: 'decode', copy: '00001-x.jpg' },
    { reason: 'bad b', copy: '00002-x.jpg' },
    { reason: 'gone', copy: null },
  ]);
  // Its copies would mix with those of the first time.
  await expect(exportQuarantine([], out)).rejects.toThrow(
    `${out}: expected a new or an empty folder to copy into, found 00001-x.jpg`,
  );
});
