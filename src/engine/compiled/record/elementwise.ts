// Elementwise kernels of tfjs as nodes.
import type * as TF from '@tensorflow/tfjs';
import { binary, cast, fill, select, unary } from '../program/elementwise.ts';
import type { BinaryType, NodeType, UnaryType } from '../program/node.ts';
import type { Kernel, Kernels } from './kernel.ts';

const unaries: Record<string, UnaryType> = {
  Abs: 'Abs',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Erf: 'Erf',
  Exp: 'Exp',
  Floor: 'Floor',
  Log: 'Log',
  LogicalNot: 'Not',
  Neg: 'Neg',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Round: 'Round',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Sqrt: 'Sqrt',
  Tanh: 'Tanh',
};

const binaries: Record<string, BinaryType> = {
  Add: 'Add',
  Sub: 'Sub',
  Multiply: 'Mul',
  RealDiv: 'Div',
  Pow: 'Pow',
  Maximum: 'Max',
  Minimum: 'Min',
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
};

const ofUnary =
  (type: UnaryType): Kernel =>
  (p, { x }) =>
    unary(p, type, x!);
const ofBinary =
  (type: BinaryType): Kernel =>
  (p, { a, b }) =>
    binary(p, type, a!, b!);

const composed: Kernels = {
  Identity: (_, { x }) => x!,
  AddN: (p, inputs) => Object.values(inputs).reduce((a, b) => binary(p, 'Add', a, b)),
  NotEqual: (p, { a, b }) => unary(p, 'Not', binary(p, 'Equal', a!, b!)),
  Square: (p, { x }) => binary(p, 'Mul', x!, x!),
  Rsqrt: (p, { x }) => unary(p, 'Reciprocal', unary(p, 'Sqrt', x!)),
  SquaredDifference: (p, { a, b }) => {
    const difference = binary(p, 'Sub', a!, b!);
    return binary(p, 'Mul', difference, difference);
  },
  /** floor(a / b) of int32: ONNX truncates, so it goes through float32 (exact below 2^24). */
  FloorDiv: (p, { a, b }) => {
    const quotient = binary(p, 'Div', cast(p, a!, 'float32'), cast(p, b!, 'float32'));
    return cast(p, unary(p, 'Floor', quotient), a!.dtype);
  },
  Mod: (p, { a, b }) => {
    const [x, y] = [cast(p, a!, 'float32'), cast(p, b!, 'float32')];
    const whole = binary(p, 'Mul', unary(p, 'Floor', binary(p, 'Div', x, y)), y);
    return cast(p, binary(p, 'Sub', x, whole), a!.dtype);
  },
  Select: (p, { condition, t, e }) => select(p, condition!, t!, e!),
  ZerosLike: (p, { x }) => fill(p, 0, x!.shape, x!.dtype),
  OnesLike: (p, { x }) => fill(p, 1, x!.shape, x!.dtype),
};

const withAttributes = {
  ClipByValue: (p, { x }, { clipValueMin, clipValueMax }: TF.ClipByValueAttrs) => {
    const atLeast = binary(p, 'Max', x!, fill(p, clipValueMin, [], x!.dtype));
    return binary(p, 'Min', atLeast, fill(p, clipValueMax, [], x!.dtype));
  },
  Cast: (p, { x }, { dtype }: TF.CastAttrs) => cast(p, x!, nodeType(dtype)),
  Fill: (p, _, { shape, value, dtype }: TF.FillAttrs) =>
    fill(p, Number(value), shape, nodeType(dtype)),
  /** The gradient of ReLU: 1 where x > 0, `alpha` elsewhere. */
  Step: (p, { x }, { alpha }: TF.StepAttrs) => {
    const isUp = binary(p, 'Greater', x!, fill(p, 0, [], x!.dtype));
    return select(p, isUp, fill(p, 1, [], x!.dtype), fill(p, alpha, [], x!.dtype));
  },
  LeakyRelu: (p, { x }, { alpha }: TF.LeakyReluAttrs) =>
    binary(p, 'Max', x!, binary(p, 'Mul', x!, fill(p, alpha, [], x!.dtype))),
} satisfies Record<string, Kernel>;

function nodeType(dtype: string): NodeType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`expected float32, int32 or bool, got ${dtype}: use one of these in the step`);
}

export const elementwise: Kernels = {
  ...Object.fromEntries(Object.entries(unaries).map(([name, type]) => [name, ofUnary(type)])),
  ...Object.fromEntries(Object.entries(binaries).map(([name, type]) => [name, ofBinary(type)])),
  ...composed,
  ...withAttributes,
};
