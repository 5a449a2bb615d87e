// Walks the pictures of a folder and says how many there are and how much memory it took: `node discover-memory.ts FOLDER`.
import { discover } from '../src/stages/discover.ts';

const start = performance.now();
const paths = discover([process.argv[2]!], { onProblem: () => undefined });
let found = 0;
while (!(await paths.next()).done) found += 1;
const seconds = (performance.now() - start) / 1000;
// maxRSS is in KiB.
console.log(JSON.stringify({ found, seconds, peakMiB: process.resourceUsage().maxRSS / 1024 }));
