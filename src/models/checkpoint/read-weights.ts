// Reads the weights out of a checkpoint of any format that is known, told by its bytes and not by its name.
import type { StateArrays } from '../../engine/types.ts';
import { decodeTypedSafetensors } from '../safetensors.ts';
import type { TypedTensor, TypedTensors } from './element-type.ts';
import { networksIn } from './networks-in.ts';
import { isNpy } from './npy.ts';
import { decodeNpz, isNpz } from './npz.ts';
import { named, refuse } from './problem.ts';
import { findStateDict } from './state-dict.ts';
import { decodeTorchArchive, decodeTorchPickles, isPickle, isTorchArchive } from './torch-file.ts';
import { isZip, openZip } from './zip.ts';

export interface Weights {
  readonly format: 'PyTorch' | 'PyTorch, before 1.6' | 'safetensors' | 'npz';
  /** By the names in the file, in its order. */
  readonly tensors: TypedTensors;
  /** Where in the file they were: the keys of a training checkpoint, outermost first. */
  readonly path: readonly string[];
  /** What else the file holds beside them. */
  readonly beside: readonly string[];
}

/** @param source named in errors. Throws an Error that says what is wrong with the file; never runs any of it. */
export function readWeights(bytes: Uint8Array, source: string): Weights {
  return named(source, () => {
    if (isZip(bytes)) return readArchive(bytes);
    if (isSafetensors(bytes) || source.endsWith('.safetensors')) {
      const { tensors } = decodeTypedSafetensors(bytes, source);
      return { format: 'safetensors', tensors, path: [], beside: [] };
    }
    if (isPickle(bytes)) return torchWeights('PyTorch, before 1.6', decodeTorchPickles(bytes));
    if (isNpy(bytes)) return refuse('it is one array without a name, expected .npz');
    return refuse(
      'it begins like none of the formats that are known: PyTorch (.pth, .pt), .safetensors, .npz',
    );
  });
}

/** The JSON header begins behind its length. */
const isSafetensors = (bytes: Uint8Array): boolean => bytes[8] === 0x7b;

/** Weights of each network in the file, by its own names and in PyTorch's layout: one, or the two of a dual model. */
export function readNetworks(bytes: Uint8Array, source: string): readonly StateArrays[] {
  const networks = networksIn(readWeights(bytes, source).tensors);
  return named(source, () => (networks.length > 0 ? networks : refuse('it holds no weights')));
}

function readArchive(bytes: Uint8Array): Weights {
  const entries = openZip(bytes);
  if (isTorchArchive(entries)) return torchWeights('PyTorch', decodeTorchArchive(entries));
  if (!isNpz(entries)) return refuse('its archive holds neither data.pkl (PyTorch) nor .npy files');
  return { format: 'npz', tensors: decodeNpz(entries), path: [], beside: [] };
}

function torchWeights(format: Weights['format'], root: unknown): Weights {
  const { dict, path, beside } = findStateDict(root);
  const storages = new Set(dict.map(([, { storage }]) => storage));
  let left = 2 ** 20;
  for (const { count } of storages) left += 2 * count;
  const tensors = dict.map(([name, tensor]): [string, TypedTensor] => {
    // Views that repeat their storage may ask for any memory: more than twice what is stored is no weights.
    left -= tensor.size;
    if (left < 0) refuse(`its tensors, ${name} among them, are larger than what is stored`);
    return [name, tensor.read()];
  });
  return { format, tensors: Object.fromEntries(tensors), path, beside };
}
