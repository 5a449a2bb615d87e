// A trained model on disk: safetensors with PyTorch names and layouts, and what is needed to use it in the metadata.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import type { NamedArray, StateArrays } from '../engine/types.ts';
import { type Fit, fitWeights, misfits } from '../models/checkpoint/fit.ts';
import { MODEL_NAMES, type ModelName, type Network } from '../models/network.ts';
import { decodeSafetensors, safetensorsPieces } from '../models/safetensors.ts';
import { fromTorch, torchPieces, toTorch } from '../models/torch-layout.ts';
import type { CodecName } from '../pose/codec.ts';
import type { Skeleton } from '../pose/types.ts';
import { writeFileAtomic } from './atomic-file.ts';

/** What the weights were trained for. */
export interface ModelCard {
  readonly model: ModelName;
  readonly skeleton: Skeleton;
  /** Name of the recipe: crops, normalisation, heatmaps. */
  readonly recipe: string;
  /** How its heatmaps were drawn. @default the recipe's */
  readonly codec?: CodecName | undefined;
  readonly padding: 'zero' | 'edge';
  /** Training step of the weights. */
  readonly step: number;
  /** What the file holds besides: Dual's other network, or the mean teacher's averaged one. */
  readonly second?: 'network' | 'average' | undefined;
}

export interface Model {
  readonly card: ModelCard;
  /** Parameters and running statistics by state_dict name, logical layout. */
  readonly weights: StateArrays;
  /** Of the second network, by the same names. */
  readonly second?: StateArrays;
  /** sha256 over names and values, hex: the teacher digest. */
  readonly digest: string;
  readonly file: string;
}

const IMPORT = 'heatstream import makes a model of a checkpoint';

export const MODEL_FILE = 'model.safetensors';

/** Before the names of the second network's weights. */
export const SECOND = 'net2.';

export async function saveModel(
  file: string,
  card: ModelCard,
  weights: StateArrays,
): Promise<void> {
  const tensors = Object.fromEntries(
    Object.entries(weights).map(([name, array]) => [name, torchPieces(array)]),
  );
  const metadata = { format: 'pt', heatstream: JSON.stringify(card) };
  await writeFileAtomic(file, safetensorsPieces({ tensors, metadata }));
}

/** @param where a run folder or a .safetensors file that heatstream wrote. Throws with what is wrong and where. */
export async function loadModel(where: string): Promise<Model> {
  const file = await modelFile(where);
  if (!file.endsWith('.safetensors')) {
    throw new Error(`${file} is no model of heatstream, expected .safetensors: ${IMPORT}`);
  }
  const { tensors, metadata } = decodeSafetensors(await readFile(file), file);
  const card = parseCard(metadata['heatstream'], file);
  const weights = Object.fromEntries(
    Object.entries(tensors).map(([name, array]) => [name, fromTorch(array)]),
  );
  const names = Object.keys(weights).filter((name) => name.startsWith(SECOND));
  if (names.length === 0) return { card, weights, digest: await digestOf(weights), file };
  const second: Record<string, NamedArray> = {};
  for (const name of names) {
    second[name.slice(SECOND.length)] = weights[name]!;
    Reflect.deleteProperty(weights, name);
  }
  return { card, weights, second, digest: await digestOf(weights), file };
}

/** Refuses weights that do not fit the network: a line for each kind of misfit. */
export function checkWeights(network: Network, { weights, file }: Model): void {
  const tensors = Object.fromEntries(
    Object.entries(weights).map(([name, array]) => [name, toTorch(array)]),
  );
  refuseMisfits(network, fitWeights(network, tensors), file);
}

export function refuseMisfits(network: Network, fit: Fit, file: string, advice = ''): void {
  const lines = misfits(fit);
  if (lines.length === 0) return;
  throw new Error(
    `${file} does not fit ${network.name} with ${network.joints} joints:\n  ${lines.join('\n  ')}${advice}`,
  );
}

/** Bytes that are hashed before other work gets its turn: a few milliseconds at most. */
const HASHED_A_TURN = 2 ** 20;

export async function digestOf(weights: StateArrays): Promise<string> {
  const hash = createHash('sha256');
  for (const name of Object.keys(weights).sort()) {
    const { shape, data } = weights[name]!;
    hash.update(`${name} ${shape.join()} `);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    for (let from = 0; from < bytes.length; from += HASHED_A_TURN) {
      hash.update(bytes.subarray(from, from + HASHED_A_TURN));
      await immediate();
    }
  }
  return hash.digest('hex');
}

/** @param where a run folder, whose model it gives, or a file */
export async function modelFile(where: string): Promise<string> {
  const found = await stat(where).catch(() => {
    throw new Error(`no model at ${where}: expected a run folder or a model file`);
  });
  if (!found.isDirectory()) return where;
  const file = join(where, MODEL_FILE);
  await stat(file).catch(() => {
    throw new Error(
      `${where} holds no ${MODEL_FILE}: expected the folder of a run that reached a checkpoint`,
    );
  });
  return file;
}

function parseCard(json: string | undefined, file: string): ModelCard {
  if (json === undefined) {
    throw new Error(`${file} was not written by heatstream: its metadata name no model; ${IMPORT}`);
  }
  const card = JSON.parse(json) as ModelCard;
  if (!MODEL_NAMES.includes(card.model)) {
    throw new Error(
      `${file} holds the model ${card.model}, expected one of ${MODEL_NAMES.join(', ')}`,
    );
  }
  return card;
}
