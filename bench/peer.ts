// The programs in Python that benches are measured against: where they are, and what they print.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const python = process.env['HEATSTREAM_PEER_PYTHON'];
const peers = process.env['HEATSTREAM_PEERS'] ?? join('..', 'shared', 'peers');

/** There is a Python to run them. */
export const hasPeer = python !== undefined && python !== '';

/** What a script prints. @param env variables of its process, beside this one's */
export async function runPeer(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(python!, [join(peers, script), ...args], {
    env: { ...process.env, ...env },
  });
  return stdout;
}

/** Pictures a second, as a script says them; undefined where it cannot run. */
export function peerRate(
  script: string,
  args: readonly string[],
): (() => Promise<number>) | undefined {
  if (!hasPeer) return undefined;
  return async () =>
    (JSON.parse(await runPeer(script, args)) as { images_per_second: number }).images_per_second;
}
