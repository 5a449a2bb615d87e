// Walks the pictures of a folder and says how many there are and how much memory it took: `node discover-memory.ts FOLDER`.
import { readFileSync } from 'node:fs';
import { discover } from '../src/stages/discover.ts';

const beforeMiB = peakMiB();
const start = performance.now();
const paths = discover([process.argv[2]!], { onProblem: () => undefined });
let found = 0;
while (!(await paths.next()).done) found += 1;
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ found, seconds, beforeMiB, peakMiB: peakMiB() }));

/** Most resident memory so far. Linux hands `maxRSS` down from the process that started this one, however large that was. */
function peakMiB(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1024;
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
  return Number(kib) / 1024;
}
