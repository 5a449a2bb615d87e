// Nodes that move values in standard ONNX; a transpose costs nothing until an operator asks for another order.
import type { Node } from '../program/node.ts';
import type { Lower } from './lowering.ts';
import type { Stored } from './stored.ts';
import { identity } from './stored.ts';

/** The first number that onnxruntime takes as "to the very beginning" in a reversing slice. */
const beforeAll = -(2 ** 31) + 1;

const stored = (node: Node, order: readonly number[], name: string): Stored => ({
  name,
  order,
  shape: node.shape,
  dtype: node.dtype,
});

export const reshape: Lower<'reshape'> = (to, node) =>
  to.reshaped(to.stored(node.inputs[0]!), node.shape);

export const transpose: Lower<'transpose'> = (to, node, { perm }) => {
  const x = to.stored(node.inputs[0]!);
  return stored(
    node,
    x.order.map((axis) => perm.indexOf(axis)),
    x.name,
  );
};

export const slice: Lower<'slice'> = (to, node, { begin, steps }) => {
  const x = to.stored(node.inputs[0]!);
  const axes = x.order.filter((axis) => node.shape[axis] !== x.shape[axis] || steps[axis] !== 1);
  const ends = axes.map((axis) => begin[axis]! + (node.shape[axis]! - 1) * steps[axis]! + 1);
  const parts = [
    axes.map((axis) => begin[axis]!),
    ends,
    axes.map((axis) => x.order.indexOf(axis)),
    axes.map((axis) => steps[axis]!),
  ];
  return stored(
    node,
    x.order,
    to.graph.op('Slice', [x.name, ...parts.map((v) => to.graph.ints(v))]),
  );
};

export const pad: Lower<'pad'> = (to, node, { before, value }) => {
  const x = to.stored(node.inputs[0]!);
  const after = (axis: number) => node.shape[axis]! - x.shape[axis]! - before[axis]!;
  const pads = to.graph.ints([...x.order.map((axis) => before[axis]!), ...x.order.map(after)]);
  return stored(
    node,
    x.order,
    to.graph.op('Pad', [x.name, pads, to.graph.scalar(value, node.dtype)]),
  );
};

export const concat: Lower<'concat'> = (to, node, { axis }) => {
  const parts = node.inputs.map((n) => to.stored(n));
  const { order } = parts.find((s) => s.order.some((a, i) => a !== i)) ?? parts[0]!;
  const names = parts.map((s) => to.reorder(s, order));
  return stored(node, order, to.graph.op('Concat', names, { axis: order.indexOf(axis) }));
};

export const tile: Lower<'tile'> = (to, node) => {
  const x = to.stored(node.inputs[0]!);
  const times = x.order.map((axis) => node.shape[axis]! / x.shape[axis]!);
  return stored(node, x.order, to.graph.op('Tile', [x.name, to.graph.ints(times)]));
};

export const reverse: Lower<'reverse'> = (to, node, { axes }) => {
  const x = to.stored(node.inputs[0]!);
  const every = (value: number) => to.graph.ints(axes.map(() => value));
  const at = to.graph.ints(axes.map((axis) => x.order.indexOf(axis)));
  return stored(
    node,
    x.order,
    to.graph.op('Slice', [x.name, every(-1), every(beforeAll), at, every(-1)]),
  );
};

export const gather: Lower<'gather'> = (to, node, { axis }) => {
  const x = to.stored(node.inputs[0]!);
  const indices = to.named(node.inputs[1]!);
  return stored(
    node,
    x.order,
    to.graph.op('Gather', [x.name, indices], { axis: x.order.indexOf(axis) }),
  );
};

export const scatterAdd: Lower<'scatterAdd'> = (to, node) => {
  const [updates, ids] = node.inputs;
  const zeros = to.graph.op('Expand', [to.graph.scalar(0, node.dtype), to.graph.ints(node.shape)]);
  const rows = to.graph.op('Cast', [to.graph.reshape(to.named(ids!), [ids!.shape[0]!, 1])], {
    to: 7,
  });
  const name = to.graph.op('ScatterND', [zeros, rows, to.named(updates!)], { reduction: 'add' });
  return stored(node, identity(node.shape.length), name);
};
