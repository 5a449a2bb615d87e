// How many threads one operator gets: hyper-threads do not help dense arithmetic.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Physical cores this process may use, at most 4. */
export const defaultThreads = (): number =>
  Math.max(1, Math.min(4, physicalCores() ?? 4, availableParallelism()));

/** Distinct (socket, core) pairs on Linux; elsewhere unknown. */
function physicalCores(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const text = readFileSync('/proc/cpuinfo', 'utf8');
  const values = (key: string) =>
    [...text.matchAll(new RegExp(`^${key}\\s*: (.*)$`, 'gm'))].map((m) => m[1]!);
  const [sockets, cores] = [values('physical id'), values('core id')];
  return cores.length > 0
    ? new Set(cores.map((core, i) => `${sockets[i]}/${core}`)).size
    : undefined;
}
