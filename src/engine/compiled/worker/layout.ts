// State arrays between logical layout (HWIO) and the layout in which the graphs hold them.
import { blockedEntryDims, fromBlocks, isBlockedEntry, toBlocks } from '../blocked/entry.ts';
import { stateOrder } from '../plain/state-order.ts';
import { sizeOf } from '../program/node.ts';

/** Dimensions of an entry as the graphs see it. */
export const entryDims = (shape: readonly number[], block: number | undefined): number[] =>
  isBlocked(shape, block)
    ? blockedEntryDims(shape, block)
    : stateOrder(shape).map((axis) => shape[axis]!);

/** @param block lanes of a block, where the session keeps filters in blocks */
export function toEntry(
  data: Float32Array,
  shape: readonly number[],
  block: number | undefined,
): Float32Array {
  if (isBlocked(shape, block)) return toBlocks(data, shape, block);
  return permuted(data, shape, stateOrder(shape));
}

export function fromEntry(
  data: Float32Array,
  shape: readonly number[],
  block: number | undefined,
): Float32Array {
  if (isBlocked(shape, block)) return fromBlocks(data, shape, block);
  const order = stateOrder(shape);
  const physical = order.map((axis) => shape[axis]!);
  return permuted(
    data,
    physical,
    shape.map((_, axis) => order.indexOf(axis)),
  );
}

const isBlocked = (shape: readonly number[], block: number | undefined): block is number =>
  block !== undefined && isBlockedEntry(shape);

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
