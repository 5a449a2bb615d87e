// PyTorch's side: train_step.py on the same workload, in a process of its own.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { peers, python, threads, type Workload } from './settings.ts';

/** Medians, ms. */
export interface PeerFigures {
  readonly train_ms: number;
  readonly forward_ms: number;
}

/** @param env variables of its process, beside this one's. @returns nothing where there is no Python with PyTorch */
export function peerOf(
  { peer, batch, height, width, joints, peerSteps }: Workload,
  env: Readonly<Record<string, string>> = {},
): (() => Promise<PeerFigures>) | undefined {
  const options = { net: peer, batch, height, width, joints, threads, steps: peerSteps };
  const args = Object.entries(options).flatMap(([k, v]) => [`--${k}`, String(v)]);
  if (!python) return undefined;
  const program = python;
  return async () => JSON.parse(await runPeer(program, 'train_step.py', args, env)) as PeerFigures;
}

/** What a peer's script prints. */
export async function runPeer(
  program: string,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [join(peers, script), ...args], {
    env: { ...process.env, ...env },
  });
  return stdout;
}
