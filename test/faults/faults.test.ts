// A slice of every fault; `npm run test:faults` runs them in full.
import { describe, it, onTestFinished } from 'vitest';
import { killRunning } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { FAULTS } from './all.ts';

// Child processes on a machine that is busy elsewhere.
describe('faults', { timeout: 240_000 }, () => {
  it.each(FAULTS)('$name: what must hold, holds', async ({ run, slice }) => {
    onTestFinished(killRunning);
    await run({ folder: temporaryFolder(), seed: 7 }, slice);
  });
});
