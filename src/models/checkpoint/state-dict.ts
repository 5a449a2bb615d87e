// Finds the weights inside a saved object: a dict of tensors by name, alone or under a key of a training checkpoint.
import { refuse } from './problem.ts';
import { TorchTensor } from './torch-tensor.ts';

export interface StateDict {
  readonly dict: readonly (readonly [name: string, tensor: TorchTensor])[];
  /** Keys that lead to it, outermost first. */
  readonly path: readonly string[];
  /** Other keys beside it. */
  readonly beside: readonly string[];
}

/** Keys that training scripts use, the first that is there wins. */
const USUAL = ['state_dict', 'model_state_dict', 'model', 'net', 'network', 'best_state_dict'];
const DEEPEST = 3;

export function findStateDict(root: unknown): StateDict {
  if (root instanceof TorchTensor) refuse('it holds one tensor without a name');
  const found = find(root, DEEPEST, new Set());
  return found ?? refuse(`it holds no weights by name: ${describe(root)}`);
}

/** @param seen dicts that were looked into: a hostile file may hold one of them any number of times */
function find(value: unknown, depth: number, seen: Set<unknown>): StateDict | undefined {
  if (!(value instanceof Map) || seen.has(value)) return undefined;
  seen.add(value);
  const entries = [...value] as [unknown, unknown][];
  const dict = entries.filter(isWeight);
  if (dict.length > 0 && dict.length === entries.length) return { dict, path: [], beside: [] };
  if (depth === 0) return undefined;
  const keys = entries.flatMap(([key]) => (typeof key === 'string' ? [key] : []));
  const usual = USUAL.filter((key) => value.has(key));
  for (const key of new Set([...usual, ...keys])) {
    const inner = find(value.get(key), depth - 1, seen);
    if (!inner) continue;
    const beside = keys.filter((other) => other !== key);
    return { dict: inner.dict, path: [key, ...inner.path], beside };
  }
  return undefined;
}

const isWeight = (entry: [unknown, unknown]): entry is [string, TorchTensor] =>
  typeof entry[0] === 'string' && entry[1] instanceof TorchTensor;

function describe(root: unknown): string {
  if (!(root instanceof Map)) return 'what was saved is no dict';
  const keys = [...root.keys()].filter((key) => typeof key === 'string');
  return `its keys are ${keys.slice(0, 8).join(', ')}`;
}
