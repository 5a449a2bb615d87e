// Claims: several labellers share the work on one database, and what a dead one held comes back.
//
// A claim is void once its lease has passed. Leases are counted on the machine's monotonic clock, which every process of
// the machine shares and which setting the calendar does not move. It starts anew at boot: a claim that ends further
// ahead than a lease is long is from before, and void too.
import type { Database } from './open.ts';
import { addTargetSet, findTargetSet, type TargetSet } from './target-sets.ts';
import { transaction } from './transaction.ts';

export interface Claimant {
  /** Unique to the process, for as long as it lives. */
  readonly owner: string;
  /** How long a claim holds without being renewed, ms. */
  readonly lease: number;
}

/**
 * - `fresh`: the cache has this target.
 * - `mine`: to be taught by the claimant, who holds the claim.
 * - `taken`: another labeller is at it.
 */
export type ClaimState = 'fresh' | 'mine' | 'taken';

/** Milliseconds of the machine's monotonic clock. */
export function machineClock(): number {
  return Math.floor(Number(process.hrtime.bigint() / 1_000_000n));
}

/** Claims what is neither taught nor held by another. @returns one a crop, in their order */
export function claimTargets(
  db: Database,
  set: TargetSet,
  cropIds: readonly number[],
  { owner, lease }: Claimant,
  now = machineClock(),
): ClaimState[] {
  // Outside of the transaction it is looked up once and for all.
  const known = findTargetSet(db, set);
  return transaction(db, () => {
    const setId = known ?? findTargetSet(db, set) ?? addTargetSet(db, set);
    const target = db.prepare('SELECT 1 FROM target WHERE set_id = ? AND crop_id = ?');
    // Claims of another that are alive stay.
    const claim = db.prepare(
      `INSERT INTO target_claim (set_id, crop_id, owner, expires) VALUES (?, ?, ?, ?)
       ON CONFLICT (set_id, crop_id) DO UPDATE SET owner = excluded.owner, expires = excluded.expires
       WHERE owner = excluded.owner OR expires <= ? OR expires > ?`,
    );
    return cropIds.map((cropId) => {
      if (target.get(setId, cropId) !== undefined) return 'fresh';
      const { changes } = claim.run(setId, cropId, owner, now + lease, now, now + lease);
      return changes > 0 ? 'mine' : 'taken';
    });
  });
}

/** Extends every claim of the owner by a lease from now. */
export function renewClaims(db: Database, { owner, lease }: Claimant, now = machineClock()): void {
  db.prepare('UPDATE target_claim SET expires = ? WHERE owner = ?').run(now + lease, owner);
}

/** Gives back what the owner has not taught. */
export function releaseClaims(db: Database, { owner }: Claimant): void {
  db.prepare('DELETE FROM target_claim WHERE owner = ?').run(owner);
}
