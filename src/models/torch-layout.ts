// Converts filters between tfjs's logical layout and PyTorch's.
import type { NamedArray } from '../engine/types.ts';
import type { ArrayPieces } from './safetensors.ts';

/** [kh, kw, in, out] (or [kh, kw, out, in] of an up-convolution) to [out, in, kh, kw] ([in, out, kh, kw]); others as they are. */
export const toTorch = (array: NamedArray): NamedArray => permute(array, TORCH_ORDER);

/** The inverse of {@link toTorch}. */
export const fromTorch = (array: NamedArray): NamedArray => permute(array, [2, 3, 1, 0]);

/** The shape that a parameter of this logical shape has in PyTorch. */
export const torchShape = (shape: readonly number[]): readonly number[] =>
  shape.length === 4 ? TORCH_ORDER.map((axis) => shape[axis]!) : shape;

const TORCH_ORDER = [3, 2, 0, 1] as const;

/** Numbers of a piece of {@link torchPieces}: about a millisecond. */
const PIECE = 2 ** 16;

/** As {@link toTorch}, in pieces that are made as they are asked for. */
export function torchPieces(array: NamedArray): ArrayPieces {
  const shape = torchShape(array.shape);
  return { shape, pieces: shape.length === 4 ? pieces() : [array.data] };

  function* pieces() {
    const [rows, ...row] = shape as [number, ...number[]];
    const some = Math.ceil(PIECE / row.reduce((size, length) => size * length, 1));
    for (let from = 0; from < rows; from += some)
      yield permuteRows(array, TORCH_ORDER, from, Math.min(rows, from + some));
  }
}

type Order = readonly [number, number, number, number];

function permute(array: NamedArray, order: Order): NamedArray {
  if (array.shape.length !== 4) return array;
  const shape = order.map((axis) => array.shape[axis]!);
  return { shape, data: permuteRows(array, order, 0, shape[0]!) };
}

/** The rows `from` to `until - 1` of the permuted array's first axis. */
function permuteRows(
  { shape, data }: NamedArray,
  order: Order,
  from: number,
  until: number,
): Float32Array {
  const strides = [shape[1]! * shape[2]! * shape[3]!, shape[2]! * shape[3]!, shape[3]!, 1];
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const [, n1, n2, n3] = order.map((axis) => shape[axis]!) as [number, number, number, number];
  const out = new Float32Array((until - from) * n1 * n2 * n3);
  let at = 0;
  for (let a = from; a < until; a++) {
    for (let b = 0; b < n1; b++) {
      for (let c = 0; c < n2; c++) {
        const base = a * s0 + b * s1 + c * s2;
        for (let d = 0; d < n3; d++) out[at++] = data[base + d * s3]!;
      }
    }
  }
  return out;
}
