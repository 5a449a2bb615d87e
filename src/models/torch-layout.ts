// Converts filters between tfjs's logical layout and PyTorch's.
import type { NamedArray } from '../engine/types.ts';

/** [kh, kw, in, out] (or [kh, kw, out, in] of an up-convolution) to [out, in, kh, kw] ([in, out, kh, kw]); others as they are. */
export const toTorch = (array: NamedArray): NamedArray => permute(array, TORCH_ORDER);

/** The inverse of {@link toTorch}. */
export const fromTorch = (array: NamedArray): NamedArray => permute(array, [2, 3, 1, 0]);

/** The shape that a parameter of this logical shape has in PyTorch. */
export const torchShape = (shape: readonly number[]): readonly number[] =>
  shape.length === 4 ? TORCH_ORDER.map((axis) => shape[axis]!) : shape;

const TORCH_ORDER = [3, 2, 0, 1] as const;

function permute(
  { shape, data }: NamedArray,
  order: readonly [number, number, number, number],
): NamedArray {
  if (shape.length !== 4) return { shape, data };
  const strides = [shape[1]! * shape[2]! * shape[3]!, shape[2]! * shape[3]!, shape[3]!, 1];
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const to = order.map((axis) => shape[axis]!) as [number, number, number, number];
  const out = new Float32Array(data.length);
  let at = 0;
  for (let a = 0; a < to[0]; a++) {
    for (let b = 0; b < to[1]; b++) {
      for (let c = 0; c < to[2]; c++) {
        const base = a * s0 + b * s1 + c * s2;
        for (let d = 0; d < to[3]; d++) out[at++] = data[base + d * s3]!;
      }
    }
  }
  return { shape: to, data: out };
}
