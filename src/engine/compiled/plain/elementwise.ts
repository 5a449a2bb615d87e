// Elementwise nodes in standard ONNX.
import { onnxType } from '../onnx/graph.ts';
import type { Lower, Lowering } from './lowering.ts';
import type { Node } from '../program/node.ts';
import { sizeOf } from '../program/node.ts';
import type { Stored } from './stored.ts';
import { identity, nchw, physical } from './stored.ts';

const like = (node: Node, order: readonly number[], name: string): Stored => ({
  name,
  order,
  shape: node.shape,
  dtype: node.dtype,
});

/** Nodes that keep layout: one operand, same shape. */
const mapped = (to: Lowering, node: Node, name: (x: string) => string): Stored => {
  const x = to.stored(node.inputs[0]!);
  return like(node, x.order, name(x.name));
};

export const fill: Lower<'fill'> = (to, node, { value }) =>
  like(node, [], to.graph.scalar(value, node.dtype));

export const constant: Lower<'constant'> = (to, node, { values, digest }) =>
  like(
    node,
    identity(node.shape.length),
    to.graph.constant(values, node.shape, node.dtype, digest),
  );

export const expand: Lower<'expand'> = (to, node) => {
  const [x] = node.inputs;
  const dims = [...node.shape.slice(x!.shape.length).map(() => 1), ...x!.shape];
  const name = to.graph.op('Expand', [
    to.viewed({ ...to.stored(x!), name: to.named(x!), order: identity(x!.shape.length) }, dims),
    to.graph.ints(node.shape),
  ]);
  return like(node, identity(node.shape.length), name);
};

export const unary: Lower<'unary'> = (to, node, { type }) =>
  mapped(to, node, (x) => to.graph.op(type, [x]));

/** Pictures change their layout while they are bytes. */
export const cast: Lower<'cast'> = (to, node) => {
  const [from] = node.inputs;
  const isPicture = from!.dtype === 'uint8' && from!.shape.length === 4;
  const order = isPicture ? nchw : to.stored(from!).order;
  const type = { to: onnxType[node.dtype] };
  return like(node, order, to.graph.op('Cast', [to.named(from!, order)], type));
};

export const binary: Lower<'binary'> = (to, node, { type }) => aligned(to, node, type);

export const select: Lower<'select'> = (to, node) => aligned(to, node, 'Where');

/** Operands that broadcast against each other. */
function aligned(to: Lowering, node: Node, type: string): Stored {
  const { names, order } = to.aligned(node.inputs, node.shape);
  const sizes = node.inputs.map(({ shape }) => sizeOf(shape));
  const whole = sizeOf(node.shape);
  const isEven = whole > 1 && sizes.every((size) => size === 1 || size === whole);
  if (!isEven) return like(node, order, to.graph.op(type, names));
  const operands = names.map((name, i) => ({ name, isNumber: sizes[i] === 1 }));
  const name = to.graph.elementwise(type, operands, physical({ shape: node.shape, order }));
  return like(node, order, name);
}
