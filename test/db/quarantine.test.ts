import { describe, expect, it } from 'vitest';
import {
  clearQuarantine,
  findQuarantined,
  listQuarantine,
  quarantine,
  releaseQuarantine,
} from '../../db/quarantine.ts';
import { temporaryDatabase } from '../support/database.ts';

const facts = { bytes: 10, mtime: 1.5, inode: 3 };

describe('the quarantine', () => {
  it('counts attempts, and keeps when it was first and last seen and the last reason', () => {
    const db = temporaryDatabase();
    quarantine(db, { path: '/b', stage: 'decode', reason: 'bad' }, 100);
    quarantine(db, { path: '/b', stage: 'decode', reason: 'worse' }, 200);
    quarantine(db, { path: '/a', stage: 'crop', reason: 'no box' }, 300);
    expect(listQuarantine(db)).toEqual([
      { path: '/a', stage: 'crop', reason: 'no box', firstSeen: 300, lastSeen: 300, attempts: 1 },
      { path: '/b', stage: 'decode', reason: 'worse', firstSeen: 100, lastSeen: 200, attempts: 2 },
    ]);
  });

  it('holds a file back until it changes', () => {
    const db = temporaryDatabase();
    quarantine(db, { path: '/a', stage: 'decode', reason: 'bad', facts });
    expect(findQuarantined(db, '/a', facts)).toMatchObject({ reason: 'bad' });
    expect(findQuarantined(db, '/a', { ...facts, mtime: 2 })).toBeUndefined();
    quarantine(db, { path: '/b', stage: 'identify', reason: 'no permission' });
    expect(findQuarantined(db, '/b', facts)).toBeUndefined();
  });

  it('releases some paths or all, and goes on counting when they fail again', () => {
    const db = temporaryDatabase();
    for (const path of ['/a', '/b', '/c'])
      quarantine(db, { path, stage: 'decode', reason: 'bad', facts });
    expect(releaseQuarantine(db, ['/a', '/never'])).toBe(1);
    expect(findQuarantined(db, '/a', facts)).toBeUndefined();
    expect(listQuarantine(db).map(({ path }) => path)).toEqual(['/b', '/c']);
    expect(releaseQuarantine(db)).toBe(2);
    quarantine(db, { path: '/a', stage: 'decode', reason: 'bad', facts });
    expect(listQuarantine(db)).toMatchObject([{ path: '/a', attempts: 2 }]);
  });

  it('forgets a path that turned out well', () => {
    const db = temporaryDatabase();
    quarantine(db, { path: '/a', stage: 'decode', reason: 'bad', facts });
    clearQuarantine(db, '/a');
    clearQuarantine(db, '/never');
    expect(listQuarantine(db)).toEqual([]);
  });
});
