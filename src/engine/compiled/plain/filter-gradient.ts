// The gradient of a convolution towards its filter in standard ONNX, as matrix products over all positions of all pictures.
//
// dW[i,j] = sum over positions (y,x) of dy[y,x] * x[s y + i, s x + j]. A tap moves both ways, so instead of kh * kw copies of
// x this takes kw copies of x (moved along the width) and, for stride 1, kh copies of dy (moved along the height, zeros
// outside): one product of all pairs gives every tap. With a stride, rows of x are taken apart by their remainder first.
import { sizeOf } from '../program/node.ts';
import type { Lower, Lowering } from './lowering.ts';
import { identity, nchw, oihw } from './stored.ts';

const channelsFirst = [1, 0, 2, 3];

export const convFilterGrad: Lower<'convFilterGrad'> = (to, node, { window }) => {
  const [x, dy] = node.inputs;
  const { graph } = to;
  const [kh, kw, ins, outs] = node.shape as [number, number, number, number];
  const [sh, sw] = window.strides;
  const [batch, oh, ow] = dy!.shape as [number, number, number, number];
  const maps = graph.transpose(to.named(dy!, nchw), channelsFirst);
  const seen = graph.transpose(bordered(to, to.named(x!, nchw), window.pads), channelsFirst);
  const products: { name: string; rows: number[] }[] = [];
  for (let remainder = 0; remainder < Math.min(sh, kh); remainder++) {
    const rows = identity(kh).filter((i) => i % sh === remainder);
    const height = oh + rows.length - 1;
    const columns = identity(kw).map((j) => {
      const begin = [remainder, j];
      const end = [remainder + (height - 1) * sh + 1, j + (ow - 1) * sw + 1];
      const part = [begin, end, [2, 3], [sh, sw]].map((v) => graph.ints(v));
      return graph.reshape(graph.op('Slice', [seen, ...part]), [ins, batch * height * ow]);
    });
    const lines = rows.map((_, r) => {
      const moved = bordered(to, maps, [r, 0, rows.length - 1 - r, 0]);
      return graph.reshape(moved, [outs, batch * height * ow]);
    });
    const name = graph.op('Gemm', [joined(to, lines), joined(to, columns)], { transB: 1 });
    products.push({ name: graph.reshape(name, [rows.length, outs, kw, ins]), rows });
  }
  return {
    name: ordered(to, products, node.shape),
    order: oihw,
    shape: node.shape,
    dtype: 'float32',
  };
};

function bordered(
  { graph }: Lowering,
  x: string,
  [top, left, bottom, right]: readonly number[],
): string {
  if ([top, left, bottom, right].every((n) => n === 0)) return x;
  return graph.op('Pad', [x, graph.ints([0, 0, top!, left!, 0, 0, bottom!, right!])]);
}

const joined = ({ graph }: Lowering, parts: readonly string[]): string =>
  parts.length === 1 ? parts[0]! : graph.op('Concat', parts, { axis: 0 });

/** Products [rows of taps, out, kw, in] as one filter [out, in, kh, kw]. */
function ordered(
  to: Lowering,
  products: readonly { readonly name: string; readonly rows: readonly number[] }[],
  [kh, kw, ins, outs]: readonly number[],
): string {
  const { graph } = to;
  const all = joined(
    to,
    products.map(({ name }) => name),
  );
  const places = products.flatMap(({ rows }) => rows);
  const isSorted = places.every((row, i) => row === i);
  const back = identity(kh!).map((row) => places.indexOf(row));
  const sorted = isSorted ? all : graph.op('Gather', [all, graph.ints(back)], { axis: 0 });
  if (sizeOf([kh!, kw!]) === 1) return graph.reshape(sorted, [outs!, ins!, 1, 1]);
  return graph.transpose(sorted, [1, 3, 0, 2]);
}
