// Makes elementwise nodes; folds scalars and keeps repetition (`expand`) outside, so that nothing is repeated before it must be.
import type { BinaryType, Node, NodeType, UnaryType } from './node.ts';
import { sameShape } from './node.ts';
import type { Program } from './program.ts';

export const fill = (p: Program, value: number, shape: readonly number[], dtype: NodeType): Node =>
  expand(p, p.make({ kind: 'fill', value: fit(value, dtype) }, [], [], dtype), shape);

/** `x` repeated to `shape` by the broadcasting rules of NumPy. */
export function expand(p: Program, x: Node, shape: readonly number[]): Node {
  const inner = unrepeated(x);
  return sameShape(inner.shape, shape)
    ? inner
    : p.make({ kind: 'expand' }, [inner], shape, x.dtype);
}

/** The node behind an `expand`. */
export const unrepeated = (x: Node): Node => (x.op.kind === 'expand' ? x.inputs[0]! : x);

/** The scalar that fills `x`, where it is one number everywhere. */
export function scalarOf(x: Node): number | undefined {
  const { op } = unrepeated(x);
  return op.kind === 'fill' ? op.value : undefined;
}

export function unary(p: Program, type: UnaryType, x: Node): Node {
  const inner = unrepeated(x);
  const scalar = inner.op.kind === 'fill' ? unaryOf[type]?.(inner.op.value) : undefined;
  if (scalar !== undefined) return fill(p, scalar, x.shape, x.dtype);
  return expand(p, p.make({ kind: 'unary', type }, [inner], inner.shape, x.dtype), x.shape);
}

const compares: readonly string[] = [
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'And',
  'Or',
];

export function binary(p: Program, type: BinaryType, a: Node, b: Node): Node {
  const shape = broadcast(a.shape, b.shape);
  const dtype = compares.includes(type) ? 'bool' : a.dtype;
  const [x, y] = [unrepeated(a), unrepeated(b)];
  const [u, v] = [scalarOf(x), scalarOf(y)];
  if (u !== undefined && v !== undefined) return fill(p, binaryOf[type](u, v), shape, dtype);
  if (v !== undefined && v === neutral[type]) return expand(p, x, shape);
  const commutes = type === 'Add' || type === 'Mul';
  if (u !== undefined && commutes && u === neutral[type]) return expand(p, y, shape);
  const masked = type === 'Mul' ? (maskedBy(p, x, y) ?? maskedBy(p, y, x)) : undefined;
  if (masked) return expand(p, masked, shape);
  const inner = broadcast(x.shape, y.shape);
  const first = type === 'Greater' && v === 0 ? rectified(p, x) : x;
  return expand(p, p.make({ kind: 'binary', type }, [first, y], inner, dtype), shape);
}

/** x times a mask of ones and zeros: a choice between x and 0, one pass less. */
function maskedBy(p: Program, x: Node, mask: Node): Node | undefined {
  const [condition, then, otherwise] = mask.inputs;
  if (mask.op.kind !== 'select' || scalarOf(then!) !== 1 || scalarOf(otherwise!) !== 0)
    return undefined;
  return sameShape(condition!.shape, x.shape)
    ? select(p, condition!, x, fill(p, 0, [], x.dtype))
    : undefined;
}

/** ReLU of x is above 0 where x is: with it, x itself need not be kept for the way back. */
const rectified = (p: Program, x: Node): Node =>
  p.known({ kind: 'unary', type: 'Relu' }, [x], x) ?? x;

export function select(p: Program, condition: Node, then: Node, otherwise: Node): Node {
  const shape = broadcast(broadcast(condition.shape, then.shape), otherwise.shape);
  const parts = [condition, then, otherwise].map(unrepeated);
  const inner = parts.map((n) => n.shape).reduce(broadcast);
  return expand(p, p.make({ kind: 'select' }, parts, inner, then.dtype), shape);
}

export function cast(p: Program, x: Node, dtype: NodeType): Node {
  if (x.dtype === dtype) return x;
  const inner = unrepeated(x);
  if (inner.op.kind === 'fill') return fill(p, inner.op.value, x.shape, dtype);
  return expand(p, p.make({ kind: 'cast' }, [inner], inner.shape, dtype), x.shape);
}

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1)
      throw new Error(`cannot broadcast [${a.join()}] with [${b.join()}]`);
    return x === 1 ? y : x;
  });
}

/** What leaves the other operand as it is, on the right side. */
const neutral: Partial<Record<BinaryType, number>> = { Add: 0, Sub: 0, Mul: 1, Div: 1, Pow: 1 };

const fit = (value: number, dtype: NodeType): number =>
  dtype === 'float32'
    ? Math.fround(value)
    : dtype === 'bool'
      ? Number(value !== 0)
      : Math.trunc(value);

const unaryOf: Partial<Record<UnaryType, (x: number) => number>> = {
  Abs: Math.abs,
  Exp: Math.exp,
  Floor: Math.floor,
  Log: Math.log,
  Neg: (x) => -x,
  Not: (x) => Number(x === 0),
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(0, x),
  Sign: Math.sign,
  Sqrt: Math.sqrt,
};

const binaryOf: Record<BinaryType, (x: number, y: number) => number> = {
  Add: (x, y) => x + y,
  Sub: (x, y) => x - y,
  Mul: (x, y) => x * y,
  Div: (x, y) => x / y,
  Pow: (x, y) => x ** y,
  Max: Math.max,
  Min: Math.min,
  Equal: (x, y) => Number(x === y),
  Greater: (x, y) => Number(x > y),
  GreaterOrEqual: (x, y) => Number(x >= y),
  Less: (x, y) => Number(x < y),
  LessOrEqual: (x, y) => Number(x <= y),
  And: (x, y) => Number(x !== 0 && y !== 0),
  Or: (x, y) => Number(x !== 0 || y !== 0),
};
