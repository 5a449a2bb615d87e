// The engines that work on this machine; the others are named on stderr with the reason, once a file of tests.
// HEATSTREAM_TEST_ENGINE names one that has to be there: its tests are not to vanish.
import { engineStatuses } from '../../src/engine/choose.ts';

const statuses = (await engineStatuses()).filter(({ provider }) => provider === undefined);
const expected = process.env['HEATSTREAM_TEST_ENGINE'];
for (const { name, available, detail } of statuses) {
  if (available) continue;
  if (name === expected) throw new Error(`the ${name} engine does not run here: ${detail}`);
  process.stderr.write(`skipped: the ${name} engine (${detail})\n`);
}

export const availableEngines = statuses.filter((s) => s.available).map((s) => s.name);
