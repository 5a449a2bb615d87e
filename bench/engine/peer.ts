// PyTorch's side: train_step.py on the same workload, in a process of its own.
import { hasPeer, runPeer } from '../peer.ts';
import { peerDevice, threads, type Workload } from './settings.ts';

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
  const options = {
    ...{ net: peer, batch, height, width, joints, threads },
    ...{ steps: peerSteps, device: peerDevice },
  };
  const args = Object.entries(options).flatMap(([k, v]) => [`--${k}`, String(v)]);
  if (!hasPeer) return undefined;
  return async () => JSON.parse(await runPeer('train_step.py', args, env)) as PeerFigures;
}
