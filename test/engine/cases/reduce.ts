// Reductions, searches and matrix products.
import type * as TF from '@tensorflow/tfjs';
import { tf } from '../../../src/engine/tf.ts';
import type { Array64 } from '../reference.ts';
import { at, build, matMul, reduced } from '../reference.ts';
import { map, sum, mean } from './case.ts';
import type { Case } from './case.ts';

const reduction = (
  name: string,
  op: (x: TF.Tensor, axis: number[], keep: boolean) => TF.Tensor,
  f: (v: number[]) => number,
): Case[] =>
  [[0, 1, 2], [1, 2], [3], [0, 3], [2], [0, 1, 2, 3]].flatMap((axes) =>
    [false, true].map((keep) => ({
      name: `${name} over ${axes.join()}${keep ? ' keeping them' : ''}`,
      shapes: [map],
      op: (x: TF.Tensor) => op(x, axes, keep),
      reference: (x: Array64) => reduced(x, axes, f, keep),
    })),
  );

export const reductions: readonly Case[] = [
  ...reduction('sum', tf.sum, sum),
  ...reduction('mean', tf.mean, mean),
  ...reduction('max', tf.max, (v) => Math.max(...v)),
  ...reduction('min', tf.min, (v) => Math.min(...v)),
  {
    name: 'argMax of flattened maps',
    shapes: [map],
    isDifferentiable: false,
    op: (x) => tf.cast(tf.argMax(tf.reshape(x, [2, 15, 4]), 1), 'float32'),
    reference: (x) => reduced({ ...x, shape: [2, 15, 4] }, [1], (v) => v.indexOf(Math.max(...v))),
  },
  {
    name: 'gather by argMax',
    shapes: [[5, 3]],
    isDifferentiable: false,
    op: (x) => tf.gather(x, tf.argMax(x, 0)),
    reference: (x) => {
      const best = reduced(x, [0], (v) => v.indexOf(Math.max(...v))).data;
      return build([3, 3], ([i, j]) => at(x, [best[i!]!, j!]));
    },
  },
  {
    name: 'gather',
    shapes: [[5, 3]],
    skip: { wasm: 'tfjs has no UnsortedSegmentSum there' },
    op: (x) => tf.gather(x, tf.tensor1d([4, 0, 0, 2], 'int32')),
    reference: (x) => build([4, 3], ([i, j]) => at(x, [[4, 0, 0, 2][i!]!, j!])),
  },
  {
    name: 'oneHot',
    shapes: [[6]],
    isDifferentiable: false,
    op: (x) => tf.cast(tf.oneHot(tf.cast(tf.floor(tf.mul(tf.abs(x), 4)), 'int32'), 5), 'float32'),
    reference: (x) =>
      build([6, 5], ([i, j]) => Number(Math.floor(Math.abs(x.data[i!]!) * 4) === j)),
  },
  ...[
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ].flatMap(([ta, tb]) => [
    {
      name: `matMul ${String(ta)} ${String(tb)}`,
      shapes: [ta ? [4, 3] : [3, 4], tb ? [5, 4] : [4, 5]],
      op: (a: TF.Tensor, b: TF.Tensor) => tf.matMul(a, b, ta, tb),
      reference: (a: Array64, b: Array64) => matMul(a, b, ta, tb),
    },
    {
      name: `batched matMul ${String(ta)} ${String(tb)}`,
      shapes: [
        [2, ...(ta ? [4, 3] : [3, 4])],
        [2, ...(tb ? [5, 4] : [4, 5])],
      ],
      op: (a: TF.Tensor, b: TF.Tensor) => tf.matMul(a, b, ta, tb),
      reference: (a: Array64, b: Array64) => matMul(a, b, ta, tb),
    },
  ]),
];
