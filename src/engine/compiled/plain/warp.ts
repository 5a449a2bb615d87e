// A projective warp in standard ONNX: the sampling grid is computed in the graph from the matrices, GridSample reads the picture.
import type { OnnxGraph } from '../onnx/graph.ts';
import type { Lower } from './lowering.ts';
import { nchw } from './stored.ts';

/**
 * transforms [N or 1, 8] = a b c d e f g h map an output pixel to the input pixel
 * ((a x + b y + c) / k, (d x + e y + f) / k) with k = g x + h y + 1, pixel centres at integers.
 */
export const warp: Lower<'warp'> = (to, node, { interpolation, border }) => {
  const [image, transforms] = node.inputs;
  const [n, high, wide] = node.shape as [number, number, number, number];
  const [, h, w] = image!.shape as [number, number, number, number];
  const { graph } = to;
  const count = transforms!.shape[0]!;
  const rows = graph.op('Pad', [to.named(transforms!), graph.ints([0, 0, 0, 1]), graph.scalar(1)]);
  const sources = graph.op('Gemm', [
    graph.reshape(rows, [count * 3, 3]),
    pixels(graph, high, wide),
  ]);
  const [xs, ys, k] = graph.ops(
    'Split',
    [graph.reshape(sources, [count, 3, high * wide])],
    { axis: 1 },
    3,
  );
  // GridSample's own coordinates run over the edges of the outermost pixels: (2 x + 1) / width - 1.
  const scaled = (axis: string, length: number) => {
    const pixel = graph.op('Div', [axis, k!]);
    const moved = graph.op('Mul', [pixel, graph.scalar(2 / length)]);
    return graph.op('Add', [moved, graph.scalar(1 / length - 1)]);
  };
  const columns = [scaled(xs!, w), scaled(ys!, h)].map((c) =>
    graph.reshape(c, [count, high, wide, 1]),
  );
  const grid = graph.op('Concat', columns, { axis: 3 });
  const grids = count === n ? grid : graph.op('Expand', [grid, graph.ints([n, high, wide, 2])]);
  const name = graph.op('GridSample', [to.named(image!, nchw), grids], {
    mode: interpolation,
    padding_mode: border === 'edge' ? 'border' : 'zeros',
    align_corners: 0,
  });
  return { name, order: nchw, shape: node.shape, dtype: 'float32' };
};

/** [3, height * width]: x, y and 1 of every output pixel. */
function pixels(graph: OnnxGraph, height: number, width: number): string {
  const size = height * width;
  const values = new Float32Array(3 * size).fill(1);
  for (let i = 0; i < size; i++) {
    values[i] = i % width;
    values[size + i] = Math.floor(i / width);
  }
  return graph.constant(values, [3, size], 'float32', `pixels ${height}x${width}`);
}
