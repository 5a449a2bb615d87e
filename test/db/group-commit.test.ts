import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createGroupCommit } from '../../db/group-commit.ts';
import { temporaryDatabase } from '../support/database.ts';

function setUp(atWork?: () => number) {
  const db = temporaryDatabase();
  db.sql.exec('CREATE TABLE note (text TEXT)');
  const events: string[] = [];
  const commit = createGroupCommit(db, atWork);
  const note = (text: string) =>
    commit(() => {
      expect(db.sql.inTransaction).toBe(true);
      db.sql.prepare('INSERT INTO note VALUES (?)').run(text);
      events.push(text);
      if (text.startsWith('bad')) throw new Error(text);
      return text.length;
    }).then((length) => {
      events.push(`${text} is in`);
      return length;
    });
  const stored = () => db.sql.prepare<[], string>('SELECT text FROM note').pluck().all();
  return { note, events, stored };
}

describe('a group commit', () => {
  it('waits for others who are at work, and commits with them', async () => {
    const { note, events } = setUp(() => 3);
    const first = note('a');
    await turn();
    const others = [note('bb'), note('ccc')];
    expect(await Promise.all([first, ...others])).toEqual([1, 2, 3]);
    expect(events).toEqual(['a', 'bb', 'ccc', 'a is in', 'bb is in', 'ccc is in']);
  });

  it('does not wait for ever for others who hand nothing over', async () => {
    const { note, stored } = setUp(() => 2);
    expect(await note('alone')).toBe(5);
    expect(stored()).toEqual(['alone']);
  });

  it('undoes what threw, and nothing of the others', async () => {
    const { note, stored } = setUp();
    const all = await Promise.allSettled([note('a'), note('bad'), note('ccc'), note('bad too')]);
    expect(all.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
    ]);
    expect(all[1]).toMatchObject({ reason: { message: 'bad' } });
    expect(stored()).toEqual(['a', 'ccc']);
  });
});
