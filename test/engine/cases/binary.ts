// Elementwise operators of several tensors.
import type * as TF from '@tensorflow/tfjs';
import { tf } from '../../../src/engine/tf.ts';
import type { Array64 } from '../reference.ts';
import { at, build, pointwise } from '../reference.ts';
import { map, sum, flat, positive } from './case.ts';
import type { Case } from './case.ts';

const binary = (
  name: string,
  op: (a: TF.Tensor, b: TF.Tensor) => TF.Tensor,
  f: (a: number, b: number) => number,
  b: readonly number[] = map,
  more: Partial<Case> = {},
): Case => ({
  name: `${name} [${b.join()}]`,
  op,
  shapes: [map, b],
  reference: (x, y) => pointwise(f, x, y),
  ...more,
});
const asNumber = (op: (a: TF.Tensor, b: TF.Tensor) => TF.Tensor) => (a: TF.Tensor, b: TF.Tensor) =>
  tf.cast(op(a, b), 'float32');

export const binaries: readonly Case[] = [
  ...[map, [4], [3, 1, 4], [2, 1, 1, 4], [], [1], [1, 1, 5, 1]].flatMap((shape) => [
    binary('add', tf.add, (a, b) => a + b, shape),
    binary('mul', tf.mul, (a, b) => a * b, shape),
  ]),
  binary('sub', tf.sub, (a, b) => a - b, [4]),
  binary(
    'sub',
    (a, b) => tf.sub(b, a),
    (a, b) => b - a,
    [3, 1, 1],
  ),
  ...[tf.sub, (a: TF.Tensor, b: TF.Tensor) => tf.sub(b, a)].map((op, isTurned) => ({
    name: `sub of a filter of 1x1 and a number, turned: ${isTurned}`,
    shapes: [[3, 5, 1, 1], []],
    op,
    reference: (a: Array64, b: Array64) => pointwise((x, y) => (isTurned ? y - x : x - y), a, b),
  })),
  binary('realDiv', tf.div, (a, b) => a / b, [4], positive),
  binary('pow', tf.pow, (a, b) => a ** b, [4], positive),
  binary('maximum', tf.maximum, Math.max),
  binary('minimum', tf.minimum, Math.min),
  binary('squaredDifference', tf.squaredDifference, (a, b) => (a - b) ** 2),
  binary('greater', asNumber(tf.greater), (a, b) => Number(a > b), [4], flat),
  binary('greaterEqual', asNumber(tf.greaterEqual), (a, b) => Number(a >= b), map, flat),
  binary('less', asNumber(tf.less), (a, b) => Number(a < b), map, flat),
  binary(
    'equal',
    asNumber((a, b) => tf.equal(tf.sign(a), tf.sign(b))),
    (a, b) => Number(Math.sign(a) === Math.sign(b)),
    map,
    flat,
  ),
  binary(
    'logicalAnd',
    asNumber((a, b) => tf.logicalAnd(tf.greater(a, 0), tf.less(b, 0))),
    (a, b) => Number(a > 0 && b < 0),
    map,
    flat,
  ),
  binary(
    'logicalOr and Not',
    asNumber((a, b) => tf.logicalOr(tf.greater(a, 0), tf.logicalNot(tf.less(b, 0)))),
    (a, b) => Number(a > 0 || b >= 0),
    map,
    flat,
  ),
  {
    name: 'where, with a mask of its own',
    shapes: [map, map],
    op: (a, b) => tf.where(tf.tensor(checkers(map), [...map], 'bool'), a, tf.mul(b, 2)),
    reference: (a, b) => build(map, (i) => (sum(i) % 2 ? at(a, i) : 2 * at(b, i))),
  },
];

const checkers = (shape: readonly number[]) => [...build(shape, (i) => sum(i) % 2).data];
