// `npm run test:faults [-- NAME…]`: every fault in full, as a table. HEATSTREAM_FAULT_SEED=1 chooses the moments.
import { mkdtempSync, rmSync, chmodSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAULTS } from '../test/faults/all.ts';
import { killRunning } from '../test/support/command.ts';

const seed = Number(process.env['HEATSTREAM_FAULT_SEED'] ?? 1);
const names = process.argv.slice(2);
const chosen = FAULTS.filter(({ name }) => names.every((part) => name.includes(part)));
let failed = 0;

console.log('| fault | times | outcome |\n|---|---|---|');
for (const { name, times, run } of chosen) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'heatstream-faults-')));
  chmodSync(folder, 0o755);
  const start = performance.now();
  try {
    console.log(`| ${name} | ${times} | ${await run({ folder, seed }, times)} |`);
  } catch (error) {
    failed += 1;
    const told = error instanceof Error ? error.message : String(error);
    console.log(`| ${name} | ${times} | **failed**: ${told.replaceAll('\n', ' · ')} |`);
  } finally {
    killRunning();
    rmSync(folder, { recursive: true, force: true });
  }
  process.stderr.write(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
}
console.log(`\n${chosen.length - failed} passed, ${failed} failed, seed ${seed}`);
process.exitCode = failed > 0 ? 1 : 0;
