// How many threads one operator gets: hyper-threads do not help dense arithmetic.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/** Physical cores this process may use, at most 4. */
export const defaultThreads = (): number =>
  Math.max(1, Math.min(4, physicalCores() ?? 4, availableParallelism()));

/**
 * For an engine that takes every core: young garbage is collected by the event loop's thread alone. Helpers would wait for a
 * core, and the event loop for them. Holds for the whole process from now on.
 */
export function collectAlone(): void {
  setFlagsFromString('--no-parallel-scavenge');
}

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
