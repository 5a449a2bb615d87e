// Puts a refused datum into quarantine.
import { resolve } from 'node:path';
import type { Database } from '../../db/open.ts';
import { quarantine } from '../../db/quarantine.ts';
import { retryBusy } from '../../db/retry.ts';
import type { SampleError } from './sample-error.ts';

/** One that was not tried again stays as it stands there. */
export async function setAside(
  db: Database,
  { path, stage, reason, facts, isKnown }: SampleError,
): Promise<void> {
  if (isKnown) return;
  await retryBusy(() => {
    quarantine(db, { path: resolve(path), stage, reason, facts });
  });
}
