// The engines that work on this machine; the others are named on stderr with the reason, once a file of tests.
import { engineStatuses } from '../../src/engine/choose.ts';

const statuses = await engineStatuses();
for (const { name, available, detail } of statuses) {
  if (!available) process.stderr.write(`skipped: the ${name} engine (${detail})\n`);
}

export const availableEngines = statuses.filter((s) => s.available).map((s) => s.name);
