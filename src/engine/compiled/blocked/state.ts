// State entries as graph inputs: filters come in blocks.
import type { Node } from '../program/node.ts';
import type { Stored } from '../plain/stored.ts';
import { isBlockedEntry } from './entry.ts';
import { filterDims } from './filter.ts';
import type { BlockedLowering } from './lowering.ts';

export function entryInput(
  to: BlockedLowering,
  node: Node,
  { name }: { readonly name: string },
): Stored | undefined {
  if (!isBlockedEntry(node.shape)) return undefined;
  const port = to.graph.input(`state:${name}`, filterDims(to.blocks, node.shape));
  return to.putFilter(node, { name: port, shape: node.shape, isDirty: false });
}
