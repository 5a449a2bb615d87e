import { describe, expect, it } from 'vitest';
import { claimTargets, machineClock, releaseClaims, renewClaims } from '../../db/claims.ts';
import { addCrop, temporaryDatabase } from '../support/database.ts';
import { putTargets, smallTarget, targetSet } from '../support/targets.ts';

const a = { owner: 'a', lease: 1000 };
const b = { owner: 'b', lease: 1000 };

function setUp() {
  const db = temporaryDatabase();
  const crops = [1, 2, 3].map((n) => addCrop(db, n));
  return { db, crops };
}

describe('claims', () => {
  it('go to the first who asks; the others leave those crops alone', () => {
    const { db, crops } = setUp();
    const other = temporaryDatabase(db.path);
    expect(claimTargets(db, targetSet, crops.slice(0, 2), a, 0)).toEqual(['mine', 'mine']);
    expect(claimTargets(other, targetSet, crops, b, 10)).toEqual(['taken', 'taken', 'mine']);
    expect(claimTargets(db, targetSet, crops, a, 20)).toEqual(['mine', 'mine', 'taken']);
  });

  it('come back when their lease has passed, and not while it is renewed', () => {
    const { db, crops } = setUp();
    claimTargets(db, targetSet, crops, a, 0);
    renewClaims(db, a, 900);
    expect(claimTargets(db, targetSet, crops, b, 1500)).toEqual(['taken', 'taken', 'taken']);
    expect(claimTargets(db, targetSet, crops, b, 1900)).toEqual(['mine', 'mine', 'mine']);
  });

  it('from before a reboot are void: they end further ahead than a lease is long', () => {
    const { db, crops } = setUp();
    claimTargets(db, targetSet, crops, a, 500_000);
    expect(claimTargets(db, targetSet, crops, b, 7)).toEqual(['mine', 'mine', 'mine']);
  });

  it('are settled by the target, which nobody teaches again', () => {
    const { db, crops } = setUp();
    claimTargets(db, targetSet, crops, a, 0);
    putTargets(db, [{ key: { ...targetSet, cropId: crops[0]! }, target: smallTarget(1) }]);
    releaseClaims(db, a);
    expect(claimTargets(db, targetSet, crops, b, 1)).toEqual(['fresh', 'mine', 'mine']);
    expect(claimTargets(db, { ...targetSet, codec: 'f16' }, crops, b, 1)[0]).toBe('mine');
  });

  it('count on a clock that setting the calendar does not move', async () => {
    const before = machineClock();
    const now = Date.now;
    Date.now = () => 0;
    try {
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(machineClock() - before).toBeGreaterThanOrEqual(15);
    } finally {
      Date.now = now;
    }
  });
});
