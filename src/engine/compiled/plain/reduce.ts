// Reductions, searches and matrix products in standard ONNX.
import { onnxType } from '../onnx/graph.ts';
import type { Node } from '../program/node.ts';
import type { Lower, Lowering } from './lowering.ts';
import type { Stored } from './stored.ts';
import { identity } from './stored.ts';

export const reduce: Lower<'reduce'> = (to, node, { type, axes }) => {
  const x = to.stored(node.inputs[0]!);
  const at = axes.map((axis) => x.order.indexOf(axis)).sort((a, b) => a - b);
  const name =
    type === 'Sum'
      ? to.graph.op('ReduceSum', [x.name, to.graph.ints(at)], { keepdims: 1 })
      : to.graph.op(`Reduce${type}`, [x.name], { axes: at, keepdims: 1 });
  return { name, shape: node.shape, dtype: node.dtype, order: x.order };
};

export const argmax: Lower<'argmax'> = (to, node, { axis, largest }) => {
  const x = to.stored(node.inputs[0]!);
  const at = x.order.indexOf(axis);
  const found = to.graph.op(largest ? 'ArgMax' : 'ArgMin', [x.name], { axis: at, keepdims: 0 });
  const order = x.order.toSpliced(at, 1).map((a) => (a > axis ? a - 1 : a));
  const name = to.graph.op('Cast', [found], { to: onnxType.int32 });
  return { name, shape: node.shape, dtype: node.dtype, order };
};

/** [batch, rows, columns] as it lies, and whether it lies transposed. */
function operand(to: Lowering, node: Node): Stored & { readonly isTurned: boolean } {
  const x = to.stored(node);
  const isTurned = x.order.join() === '0,2,1';
  return { ...x, isTurned, name: isTurned ? x.name : to.named(node) };
}

export const matmul: Lower<'matmul'> = (to, node, { transposeA, transposeB }) => {
  const [a, b] = [operand(to, node.inputs[0]!), operand(to, node.inputs[1]!)];
  const [turnA, turnB] = [transposeA !== a.isTurned, transposeB !== b.isTurned];
  const { graph } = to;
  const done = (name: string): Stored => ({
    name,
    shape: node.shape,
    dtype: node.dtype,
    order: identity(3),
  });
  if (node.shape[0] === 1) {
    const flat = (x: typeof a) =>
      graph.reshape(x.name, x.isTurned ? [x.shape[2]!, x.shape[1]!] : x.shape.slice(1));
    const product = graph.op('Gemm', [flat(a), flat(b)], {
      transA: Number(turnA),
      transB: Number(turnB),
    });
    return done(graph.reshape(product, node.shape));
  }
  const turned = (x: typeof a, turn: boolean) =>
    turn ? graph.transpose(x.name, [0, 2, 1]) : x.name;
  return done(graph.op('MatMul', [turned(a, turnA), turned(b, turnB)]));
};
