// Holds the nodes of one recorded step and shares equal ones (common subexpressions).
import type { Node, NodeType, Op } from './node.ts';

export class Program {
  readonly #byKey = new Map<string, Node>();
  #count = 0;

  /** The equal node, where one was made before. */
  known(
    op: Op,
    inputs: readonly Node[],
    { shape, dtype }: Pick<Node, 'shape' | 'dtype'>,
  ): Node | undefined {
    return this.#byKey.get(keyOf(op, inputs, shape, dtype));
  }

  /** The node for this operation on these inputs: an old one where an equal one was made before. */
  make(op: Op, inputs: readonly Node[], shape: readonly number[], dtype: NodeType): Node {
    const key = keyOf(op, inputs, shape, dtype);
    const known = this.#byKey.get(key);
    if (known) return known;
    const node: Node = { id: this.#count++, op, inputs, shape: [...shape], dtype };
    this.#byKey.set(key, node);
    return node;
  }
}

const keyOf = (
  op: Op,
  inputs: readonly Node[],
  shape: readonly number[],
  dtype: NodeType,
): string => `${opKey(op)}|${inputs.map((n) => n.id).join()}|${shape.join()}|${dtype}`;

function opKey(op: Op): string {
  if (op.kind === 'constant') return `constant:${op.digest}`;
  if (op.kind === 'fill') return `fill:${Object.is(op.value, -0) ? '-0' : op.value}`;
  return JSON.stringify(op);
}

/** The nodes that `outputs` need, inputs before their readers. */
export function inOrder(outputs: readonly Node[]): Node[] {
  const seen = new Set<Node>();
  const visit: Node[] = [...outputs];
  while (visit.length > 0) {
    const node = visit.pop()!;
    if (seen.has(node)) continue;
    seen.add(node);
    visit.push(...node.inputs);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
