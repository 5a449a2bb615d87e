// Starts networks from checkpoints of any known format: whole networks, classifiers' trunks, or whatever fits of them.
import { readFile } from 'node:fs/promises';
import type { StateArrays } from '../engine/types.ts';
import { type Fit, fitWeights, misfits, shortList } from '../models/checkpoint/fit.ts';
import { readNetworks } from '../models/checkpoint/read-weights.ts';
import { ownChannels } from '../models/checkpoint/union-head.ts';
import type { Network } from '../models/network.ts';
import { fromTorch } from '../models/torch-layout.ts';
import { plainName } from '../pose/skeleton.ts';
import { modelFile, refuseMisfits } from './model-file.ts';

export interface InitOptions {
  readonly network: Network;
  /** Names of the joints in the order of the heatmaps. */
  readonly joints: readonly string[];
  /** Fresh weights of each network that is trained. */
  readonly fresh: readonly StateArrays[];
  /** Take what fits and leave the rest fresh. */
  readonly partial: boolean;
  readonly onNotice: (line: string) => void;
}

/** What one network is started from. */
interface Source {
  readonly file: string;
  readonly tensors: StateArrays;
}

/**
 * @param files checkpoints or run folders, the first for the first network; a file may hold two networks
 * @returns weights of each network; one that has no checkpoint of its own starts from the last
 * @throws Error with what is missing, unexpected or misshaped
 */
export async function initWeights(
  files: readonly string[],
  { network, joints, fresh, partial, onNotice }: InitOptions,
): Promise<readonly StateArrays[]> {
  const sources = (await Promise.all(files.map(sourcesIn))).flat();
  if (sources.length === 0) return fresh;
  for (const { file } of sources.slice(fresh.length)) {
    onNotice(`init: ${file} holds one network more than the method trains; the first is taken`);
  }
  return fresh.map((weights, i) => {
    const { file, tensors } = sources[Math.min(i, sources.length - 1)]!;
    const fit = fitWeights(network, ownChannels(tensors, joints.map(plainName)));
    if (!partial || fit.notFinite.length > 0 || Object.keys(fit.loaded).length === 0) {
      refuseMisfits(network, fit, file, partial ? '' : ADVICE);
    }
    onNotice(describe(file, fit, network));
    const loaded = Object.entries(fit.loaded).map(([name, array]) => [name, fromTorch(array)]);
    return { ...weights, ...(Object.fromEntries(loaded) as StateArrays) };
  });
}

const ADVICE = '\n--init-partial takes what fits and leaves the rest at its fresh values';

async function sourcesIn(where: string): Promise<Source[]> {
  const file = await modelFile(where);
  const networks = readNetworks(await readFile(file), file);
  return networks.map((each, i) => ({
    file: networks.length > 1 ? `${file} (network ${i + 1})` : file,
    tensors: each,
  }));
}

function describe(file: string, fit: Fit, network: Network): string {
  const { loaded, ignored, fresh } = fit;
  const parts = [
    `init: ${Object.keys(loaded).length} of ${network.parameters.length} tensors of ${network.name} from ${file}`,
  ];
  if (ignored.length > 0) parts.push(`${shortList(ignored)} of the classifier ignored`);
  if (fresh.length > 0) parts.push(`the head stays fresh (${shortList(fresh)})`);
  return [parts.join('; '), ...misfits(fit).map((line) => `  ${line}`)].join('\n');
}
