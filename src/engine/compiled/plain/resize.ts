// Resizes and their gradients in standard ONNX.
import type { Node } from '../program/node.ts';
import type { Lower } from './lowering.ts';
import type { Stored } from './stored.ts';
import { nchw, physical } from './stored.ts';

const stored = ({ shape, dtype }: Node, name: string): Stored => ({
  name,
  shape,
  dtype,
  order: nchw,
});

export const repeatPixels: Lower<'repeatPixels'> = (to, node, { factors }) => {
  const x = to.named(node.inputs[0]!, nchw);
  const scales = to.graph.constant([1, 1, ...factors], [4], 'float32', factors.join('x'));
  const name = to.graph.op('Resize', [x, '', scales], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
  return stored(node, name);
};

export const sumPixels: Lower<'sumPixels'> = (to, node, { factors: [high, wide] }) => {
  const { graph } = to;
  const [n, height, width, c] = node.shape as [number, number, number, number];
  const sums = (x: string, dims: readonly number[]) =>
    graph.op('ReduceSum', [graph.reshape(x, dims), graph.ints([1])], { keepdims: 0 });
  const dy = to.named(node.inputs[0]!, nchw);
  const rows = sums(dy, [n * c * height, high, width * wide]);
  const both = sums(rows, [n * c * height * width, wide]);
  return stored(node, graph.reshape(both, physical({ shape: node.shape, order: nchw })));
};

export const resample: Lower<'resample'> = (to, node) => {
  const [x, rows, columns] = node.inputs as [Node, Node, Node];
  const { graph } = to;
  const [n, height, width, c] = x.shape as [number, number, number, number];
  const [high, wide] = [node.shape[1]!, node.shape[2]!];
  const lines = graph.reshape(to.named(x, nchw), [n * c * height, width]);
  const across = graph.op('Gemm', [lines, to.named(columns)], { transB: 1 });
  const both = graph.op('MatMul', [to.named(rows), graph.reshape(across, [n * c, height, wide])]);
  return stored(node, graph.reshape(both, [n, c, high, wide]));
};
