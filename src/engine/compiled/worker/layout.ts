// State arrays between logical layout (HWIO) and the order in which the graph holds them.
import { sizeOf } from '../program/node.ts';

/** @param order logical axis at each physical position. */
export function toPhysical(
  data: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array {
  return permuted(data, shape, order);
}

export function toLogical(
  data: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array {
  const physical = order.map((axis) => shape[axis]!);
  return permuted(
    data,
    physical,
    shape.map((_, axis) => order.indexOf(axis)),
  );
}

/** A copy with axis `perm[i]` of `shape` at place i. */
function permuted(
  data: Float32Array,
  shape: readonly number[],
  perm: readonly number[],
): Float32Array {
  if (perm.every((axis, i) => axis === i)) return data.slice();
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
  const sizes = perm.map((axis) => shape[axis]!);
  const steps = perm.map((axis) => strides[axis]!);
  const out = new Float32Array(data.length);
  const [inner, innerStep] = [sizes.at(-1)!, steps.at(-1)!];
  const at = sizes.map(() => 0);
  for (let to = 0, from = 0; to < out.length;) {
    for (let k = 0, source = from; k < inner; k++, source += innerStep) out[to++] = data[source]!;
    for (let axis = sizes.length - 2; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++at[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      at[axis] = 0;
    }
  }
  return out;
}
