// Entries of the state that one piece of arithmetic changes: between the steps of a call they travel as one vector.
import type { Node } from './node.ts';

export interface Bundle {
  readonly name: string;
  /** Names and shapes of its entries, in the order in which they lie in the vector. */
  readonly entries: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** All of them after the step. */
  readonly whole: Node;
}

/** @param state what a step makes of the entries that it changes */
export function bundlesOf(state: Readonly<Record<string, Node>>): Bundle[] {
  const bundles = new Map<Node, { name: string; shape: readonly number[] }[]>();
  for (const [name, { op, inputs, shape }] of Object.entries(state)) {
    if (op.kind !== 'unpack') continue;
    const entries = bundles.get(inputs[0]!) ?? [];
    entries[op.index] = { name, shape };
    bundles.set(inputs[0]!, entries);
  }
  return [...bundles].map(([whole, entries], i) => ({ name: `bundle ${i}`, entries, whole }));
}
