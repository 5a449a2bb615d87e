// Copies the elements that strides select into row-major order.
import type { ElementArray } from './element-type.ts';

export interface View {
  /** Elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Elements. */
  readonly strides: readonly number[];
}

/** A part of `elements` where they lie in order already. */
export function gather(elements: ElementArray, { offset, shape, strides }: View): ElementArray {
  const size = shape.reduce((product, length) => product * length, 1);
  if (isRowMajor(shape, strides)) return elements.subarray(offset, offset + size);
  const data = new (elements.constructor as new (length: number) => ElementArray)(size);
  const at = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < size; to++) {
    data[to] = elements[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++at[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      at[axis] = 0;
    }
  }
  return data;
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
