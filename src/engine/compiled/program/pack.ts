// Joins equal arithmetic on many small state entries (an optimiser, running averages) into one piece of arithmetic on all of them.
//
//   w1' = w1 - f(m1, g1)                    [w1' w2' …] = [w1 w2 …] - f([m1 m2 …], [g1 g2 …])
//   w2' = w2 - f(m2, g2)        becomes
//   …                                       a dozen operators instead of a dozen an entry
import type { Node } from './node.ts';
import { sameShape, sizeOf } from './node.ts';
import type { Program } from './program.ts';
import { inOrder } from './program.ts';

/** Entries above this many numbers stay alone: their arithmetic outweighs the cost of starting an operator. */
const smallUpTo = 1 << 17;

/** How an entry is computed: the key names operations and shared scalars, the leaves are what differs. */
interface Template {
  readonly key: string;
  readonly leaves: readonly Node[];
}

/** @param outputs what else the step returns; nothing that it needs is moved. */
export function packEntries(
  p: Program,
  state: Readonly<Record<string, Node>>,
  outputs: readonly Node[],
): Record<string, Node> {
  const isOwn = ownArithmetic(Object.values(state), outputs);
  const groups = new Map<string, { name: string; root: Node; leaves: readonly Node[] }[]>();
  for (const [name, root] of Object.entries(state)) {
    if (!isOwn(root) || sizeOf(root.shape) > smallUpTo) continue;
    const { key, leaves } = templateOf(root, isOwn) ?? {};
    if (key && leaves) groups.set(key, [...(groups.get(key) ?? []), { name, root, leaves }]);
  }
  const packed = { ...state };
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const shapes = group.map(({ root }) => root.shape);
    const total = shapes.reduce((n, shape) => n + sizeOf(shape), 0);
    const joined = group[0]!.leaves.map((leaf, k) =>
      p.make(
        { kind: 'pack' },
        group.map(({ leaves }) => leaves[k]!),
        [total],
        leaf.dtype,
      ),
    );
    const whole = rebuilt(
      p,
      group[0]!.root,
      new Map(group[0]!.leaves.map((leaf, k) => [leaf, joined[k]!])),
    );
    for (const [index, { name, root }] of group.entries()) {
      packed[name] = p.make({ kind: 'unpack', index, shapes }, [whole], root.shape, root.dtype);
    }
  }
  return packed;
}

/** Elementwise nodes that lead to state entries only. */
function ownArithmetic(roots: readonly Node[], outputs: readonly Node[]): (node: Node) => boolean {
  const nodes = inOrder([...roots, ...outputs]);
  const foreign = new Set<Node>(outputs);
  const own = new Set<Node>();
  for (const node of nodes.toReversed()) {
    if (isElementwise(node) && !foreign.has(node)) own.add(node);
    for (const x of node.inputs)
      if (!own.has(node) || !sameShape(x.shape, node.shape)) foreign.add(x);
  }
  return (node) => own.has(node);
}

const isElementwise = ({ op, dtype }: Node): boolean =>
  dtype === 'float32' && (op.kind === 'unary' || op.kind === 'binary');

function templateOf(root: Node, isOwn: (node: Node) => boolean): Template | undefined {
  const tokens = new Map<Node, string>();
  const leaves: Node[] = [];
  const lines: string[] = [];
  const visit = (node: Node): string => {
    const known = tokens.get(node);
    if (known) return known;
    let token: string;
    if (isOwn(node) && sameShape(node.shape, root.shape)) {
      const inputs = node.inputs.map(visit);
      token = `n${lines.length}`;
      lines.push(`${JSON.stringify(node.op)}(${inputs.join()})`);
    } else if (sizeOf(node.shape) === 1) {
      token = `s${node.id}`;
    } else {
      token = `x${leaves.length}`;
      leaves.push(node);
    }
    tokens.set(node, token);
    return token;
  };
  visit(root);
  const isUniform = leaves.every((leaf) => sameShape(leaf.shape, root.shape));
  return isUniform && leaves.length > 0 ? { key: lines.join(';'), leaves } : undefined;
}

function rebuilt(p: Program, node: Node, known: Map<Node, Node>): Node {
  const before = known.get(node);
  if (before) return before;
  if (sizeOf(node.shape) === 1 && !isElementwise(node)) return node;
  const inputs = node.inputs.map((x) => rebuilt(p, x, known));
  const shape = inputs.find((x) => sizeOf(x.shape) > 1)?.shape;
  const made = shape ? p.make(node.op, inputs, shape, node.dtype) : node;
  known.set(node, made);
  return made;
}
