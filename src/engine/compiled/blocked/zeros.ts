// Which arithmetic leaves the zeros of the padding zero.
import type { BinaryType, Node, UnaryType } from '../program/node.ts';
import { sameShape } from '../program/node.ts';

/** 0 op 0 = 0. */
export const binaryKeepsZeros: readonly BinaryType[] = ['Add', 'Sub', 'Mul', 'Max', 'Min'];
export const unaryKeepsZeros: readonly UnaryType[] = ['Relu', 'Neg', 'Abs', 'Sign', 'Sqrt'];

/** Whether arithmetic on packed entries leaves the zeros of their padding zero. */
export function keepsZeros({ op, inputs, shape }: Node): boolean {
  const [a, b] = inputs;
  if (op.kind === 'pack') return true;
  if (op.kind === 'unary') return unaryKeepsZeros.includes(op.type) && keepsZeros(a!);
  if (op.kind !== 'binary' || !binaryKeepsZeros.includes(op.type)) return false;
  const isWhole = (x: Node) => sameShape(x.shape, shape);
  if (op.type === 'Mul') return [a!, b!].some((x) => isWhole(x) && keepsZeros(x));
  return [a!, b!].every((x) => isWhole(x) && keepsZeros(x));
}
