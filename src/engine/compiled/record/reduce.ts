// Kernels that reduce, search or multiply matrices, as nodes.
import type * as TF from '@tensorflow/tfjs';
import { binary, cast, expand, fill, scalarOf, unrepeated } from '../program/elementwise.ts';
import { reshape } from '../program/layout.ts';
import type { Node, ReduceType } from '../program/node.ts';
import { sizeOf } from '../program/node.ts';
import type { Program } from '../program/program.ts';
import { axesOf } from './kernel.ts';
import type { Kernel, Kernels } from './kernel.ts';

interface Reduction {
  readonly axis?: number | readonly number[] | null;
  /** What Max calls it. */
  readonly reductionIndices?: number | readonly number[];
  readonly keepDims: boolean;
}

/** The reduced axes stay with length 1. */
function reduce(p: Program, type: ReduceType, x: Node, axes: readonly number[]): Node {
  const shape = x.shape.map((d, i) => (axes.includes(i) ? 1 : d));
  if (axes.every((a) => x.shape[a] === 1)) return x;
  if (type !== 'Sum' && type !== 'Prod' && scalarOf(x) !== undefined)
    return expand(p, unrepeated(x), shape);
  return p.make({ kind: 'reduce', type, axes: [...axes] }, [x], shape, x.dtype);
}

const reduction =
  (type: ReduceType) =>
  (
    p: Program,
    { x }: Readonly<Record<string, Node>>,
    { axis, reductionIndices, keepDims }: Reduction,
  ): Node => {
    const axes = axesOf(axis ?? reductionIndices, x!.shape.length);
    // tfjs sums and multiplies truth values as int32, and means of int32 as float32.
    const from =
      type === 'Mean' ? cast(p, x!, 'float32') : x!.dtype === 'bool' ? cast(p, x!, 'int32') : x!;
    const kept = reduce(p, type, from, axes);
    return keepDims
      ? kept
      : reshape(
          p,
          kept,
          x!.shape.filter((_, i) => !axes.includes(i)),
        );
  };

const truth =
  (type: ReduceType) =>
  (p: Program, inputs: Readonly<Record<string, Node>>, attrs: Reduction): Node =>
    cast(p, reduction(type)(p, inputs, attrs), 'bool');

const argmax =
  (largest: boolean) =>
  (p: Program, { x }: Readonly<Record<string, Node>>, { axis }: { axis: number }): Node => {
    const [at] = axesOf(axis, x!.shape.length);
    const shape = x!.shape.filter((_, i) => i !== at);
    return p.make({ kind: 'argmax', axis: at!, largest }, [x!], shape, 'int32');
  };

function batchMatMul(
  p: Program,
  { a, b }: Readonly<Record<string, Node>>,
  { transposeA, transposeB }: TF.BatchMatMulAttrs,
): Node {
  const [lead, other] = [a!.shape.slice(0, -2), b!.shape.slice(0, -2)];
  const [aBatch, bBatch] = [sizeOf(lead), sizeOf(other)];
  if (aBatch !== bBatch && aBatch !== 1 && bBatch !== 1) {
    throw new Error(`cannot multiply batches [${lead.join()}] and [${other.join()}]`);
  }
  const batch = aBatch >= bBatch ? lead : other;
  const matrices = [
    reshape(p, a!, [aBatch, ...a!.shape.slice(-2)]),
    reshape(p, b!, [bBatch, ...b!.shape.slice(-2)]),
  ];
  const [rows, columns] = [a!.shape.at(transposeA ? -1 : -2)!, b!.shape.at(transposeB ? -2 : -1)!];
  const op = { kind: 'matmul', transposeA, transposeB } as const;
  const product = p.make(op, matrices, [sizeOf(batch), rows, columns], 'float32');
  return reshape(p, product, [...batch, rows, columns]);
}

/** Softmax over the last axis, shifted by the maximum. */
const softmax: Kernel<{ dim: number }> = (p, { logits }, { dim }) => {
  const x = logits!;
  const axes = axesOf(dim, x.shape.length);
  const shifted = binary(p, 'Sub', x, reduce(p, 'Max', x, axes));
  const e = p.make({ kind: 'unary', type: 'Exp' }, [shifted], x.shape, x.dtype);
  return binary(p, 'Div', e, reduce(p, 'Sum', e, axes));
};

const oneHot: Kernel<TF.OneHotAttrs> = (p, { indices }, { depth, onValue, offValue }) => {
  const at = reshape(p, indices!, [...indices!.shape, 1]);
  const values = Int32Array.from({ length: depth }, (_, i) => i);
  const numbers = p.make({ kind: 'constant', values, digest: `0..${depth}` }, [], [depth], 'int32');
  const isHit = cast(p, binary(p, 'Equal', at, numbers), 'float32');
  const height = fill(p, onValue - offValue, [], 'float32');
  return binary(p, 'Add', binary(p, 'Mul', isHit, height), fill(p, offValue, [], 'float32'));
};

export const reductions: Kernels = {
  Sum: reduction('Sum'),
  Mean: reduction('Mean'),
  Max: reduction('Max'),
  Min: reduction('Min'),
  Prod: reduction('Prod'),
  All: truth('Min'),
  Any: truth('Max'),
  ArgMax: argmax(true),
  ArgMin: argmax(false),
  BatchMatMul: batchMatMul,
  Softmax: softmax,
  OneHot: oneHot,
};
