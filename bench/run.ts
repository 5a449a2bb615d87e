// `npm run bench -- NAME` runs bench/NAME.ts and prints its result as one line of JSON, the last line of stdout.
import { readdir } from 'node:fs/promises';
import type { BenchResult } from './rounds.ts';

/** What a file in this folder exports to be a benchmark. */
interface Bench {
  readonly run: () => Promise<BenchResult>;
}

/** Files of this folder that are no benchmarks. */
const HELPERS = ['run', 'rounds', 'peer', 'calib', 'say', 'discover-memory'];

const files = await readdir(import.meta.dirname);
const names = files
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .filter((name) => !HELPERS.includes(name))
  .sort();
const name = process.argv[2];

if (name === undefined || !names.includes(name)) {
  const asked = name === undefined ? 'Name a benchmark' : `No benchmark is called "${name}"`;
  console.error(
    `${asked}. There ${names.length === 0 ? 'are none yet' : `are: ${names.join(', ')}`}.`,
  );
  process.exitCode = 2;
} else {
  const { run } = (await import(`./${name}.ts`)) as Bench;
  const { bench, ours, peer, ratio, unit, rounds } = await run();
  console.log(JSON.stringify({ bench, ours, peer, ratio, unit, rounds }));
}
