// Makes constant nodes; an array that holds one number everywhere becomes a repeated scalar.
import { createHash } from 'node:crypto';
import { fill } from './elementwise.ts';
import type { Node, NodeType } from './node.ts';
import type { Program } from './program.ts';

/** @param values in row-major order; truth values and uint8 as numbers. */
export function constant(
  p: Program,
  values: ArrayLike<number>,
  shape: readonly number[],
  dtype: NodeType,
): Node {
  const first = values[0];
  if (first !== undefined && isUniform(values, first)) return fill(p, first, shape, dtype);
  const array = dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values);
  const digest = createHash('sha1').update(array).digest('hex');
  return p.make({ kind: 'constant', values: array, digest }, [], shape, dtype);
}

function isUniform(values: ArrayLike<number>, first: number): boolean {
  for (let i = 1; i < values.length; i++) if (!Object.is(values[i], first)) return false;
  return true;
}
