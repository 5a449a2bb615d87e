// Checks arrays that callers hand to an engine; shared by all engines.
import type { Inputs, Shapes, TypedArray } from './types.ts';

/** Throws when `data` does not fill `shape`, or `shape` is not the expected one. */
export function checkArray(
  what: string,
  array: { readonly shape: readonly number[]; readonly data: TypedArray },
  expected: readonly number[],
): void {
  checkShape(what, array.shape, expected);
  checkLength(what, array.data, expected);
}

/** Throws when `shape` is not the expected one. */
export function checkShape(
  what: string,
  shape: readonly number[],
  expected: readonly number[],
): void {
  if (shape.join() === expected.join()) return;
  throw new Error(`expected ${what} as [${expected.join()}], got [${shape.join()}]`);
}

/** Throws when an input of `shapes` is absent, has another element type or another length. */
export function checkInputs(step: string, shapes: Shapes, inputs: Inputs): void {
  for (const [name, { shape, dtype }] of Object.entries(shapes)) {
    const data = inputs[name];
    if (!data) throw new Error(`expected input ${name} of step ${step}, got none`);
    const got = data instanceof Uint8Array ? 'uint8' : 'float32';
    if (got !== dtype)
      throw new Error(`expected input ${name} of step ${step} as ${dtype}, got ${got}`);
    checkLength(`input ${name} of step ${step}`, data, shape);
  }
}

function checkLength(what: string, data: TypedArray, shape: readonly number[]): void {
  const size = shape.reduce((n, d) => n * d, 1);
  if (data.length !== size) {
    throw new Error(
      `expected ${what} to hold ${size} numbers ([${shape.join()}]), got ${data.length}`,
    );
  }
}
