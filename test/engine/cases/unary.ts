// Elementwise operators of one tensor.
import type * as TF from '@tensorflow/tfjs';
import { tf } from '../../../src/engine/tf.ts';
import { pointwise } from '../reference.ts';
import { map, flat, positive } from './case.ts';
import type { Case } from './case.ts';

const unary = (
  name: string,
  op: (x: TF.Tensor) => TF.Tensor,
  f: (x: number) => number,
  more: Partial<Case> = {},
): Case => ({
  name,
  op,
  shapes: [map],
  reference: (x) => pointwise(f, x),
  ...more,
});

export const unaries: readonly Case[] = [
  unary('exp', tf.exp, Math.exp),
  unary('log', tf.log, Math.log, positive),
  unary('abs', tf.abs, Math.abs),
  unary('sign', tf.sign, Math.sign, flat),
  unary(
    'floor',
    (x) => tf.floor(tf.mul(x, 3)),
    (x) => Math.floor(x * 3),
    flat,
  ),
  unary('square', tf.square, (x) => x * x),
  unary('sqrt', tf.sqrt, Math.sqrt, positive),
  unary('rsqrt', tf.rsqrt, (x) => 1 / Math.sqrt(x), positive),
  unary('reciprocal', tf.reciprocal, (x) => 1 / x, positive),
  unary('neg', tf.neg, (x) => -x),
  unary('relu', tf.relu, (x) => Math.max(0, x)),
  unary('sigmoid', tf.sigmoid, (x) => 1 / (1 + Math.exp(-x))),
  unary('tanh', tf.tanh, Math.tanh),
  unary(
    'pow with a number',
    (x) => tf.pow(x, 3),
    (x) => x ** 3,
    positive,
  ),
  unary(
    'clipByValue',
    (x) => tf.clipByValue(x, -0.4, 0.3),
    (x) => Math.min(0.3, Math.max(-0.4, x)),
  ),
  unary(
    'cast to int32 and back',
    (x) => tf.cast(tf.cast(tf.mul(x, 5), 'int32'), 'float32'),
    (x) => Math.trunc(x * 5),
    flat,
  ),
  unary(
    'onesLike and zerosLike',
    (x) => tf.add(x, tf.sub(tf.onesLike(x), tf.zerosLike(x))),
    (x) => x + 1,
  ),
  unary(
    'fill',
    (x) => tf.mul(x, tf.fill(x.shape, 2.5)),
    (x) => x * 2.5,
  ),
  unary(
    'identity',
    (x) => tf.clone(x),
    (x) => x,
  ),
];
