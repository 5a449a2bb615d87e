// Operators that move values.
import { tf } from '../../../src/engine/tf.ts';
import { at, build } from '../reference.ts';
import { map, moved } from './case.ts';
import type { Case } from './case.ts';

export const layouts: readonly Case[] = [
  {
    name: 'transpose',
    shapes: [map],
    op: (x) => tf.transpose(x, [2, 0, 3, 1]),
    reference: (x) => moved(x, [5, 2, 4, 3], ([a, b, c, d]) => [b!, d!, a!, c!]),
  },
  {
    name: 'reshape that merges and splits',
    shapes: [map],
    op: (x) => tf.reshape(x, [6, 10, 2]),
    reference: (x) => ({ ...x, shape: [6, 10, 2] }),
  },
  {
    name: 'expandDims and squeeze',
    shapes: [map],
    op: (x) => tf.squeeze(tf.expandDims(x, 2), [2]),
    reference: (x) => x,
  },
  {
    name: 'slice',
    shapes: [map],
    op: (x) => tf.slice(x, [0, 1, 2, 1], [2, 2, 3, -1]),
    reference: (x) => moved(x, [2, 2, 3, 3], ([a, b, c, d]) => [a!, b! + 1, c! + 2, d! + 1]),
  },
  {
    name: 'stridedSlice',
    shapes: [map],
    isDifferentiable: false,
    op: (x) => tf.stridedSlice(x, [0, 0, 1, 0], [2, 3, 5, 4], [1, 2, 2, 1]),
    reference: (x) => moved(x, [2, 2, 2, 4], ([a, b, c, d]) => [a!, b! * 2, c! * 2 + 1, d!]),
  },
  {
    name: 'pad',
    shapes: [map],
    op: (x) =>
      tf.pad(
        x,
        [
          [0, 0],
          [1, 2],
          [0, 1],
          [0, 0],
        ],
        0.5,
      ),
    reference: (x) => moved(x, [2, 6, 6, 4], ([a, b, c, d]) => [a!, b! - 1, c!, d!], 0.5),
  },
  {
    name: 'concat',
    shapes: [map, [2, 3, 5, 2]],
    op: (a, b) => tf.concat([a, b], 3),
    reference: (a, b) =>
      build([2, 3, 5, 6], ([n, i, j, c]) =>
        c! < 4 ? at(a, [n!, i!, j!, c!]) : at(b, [n!, i!, j!, c! - 4]),
      ),
  },
  {
    name: 'split',
    shapes: [map],
    op: (x) => {
      const [a, b] = tf.split(x, [1, 3], 3);
      return tf.mul(a!, b!);
    },
    reference: (x) =>
      build([2, 3, 5, 3], ([n, i, j, c]) => at(x, [n!, i!, j!, 0]) * at(x, [n!, i!, j!, c! + 1])),
  },
  {
    name: 'stack',
    shapes: [
      [3, 4],
      [3, 4],
    ],
    op: (a, b) => tf.stack([a, b], 1),
    reference: (a, b) => build([3, 2, 4], ([i, k, j]) => at(k ? b : a, [i!, j!])),
  },
  {
    name: 'unstack',
    shapes: [[3, 4]],
    op: (x) => tf.unstack(x, 1)[2]!,
    reference: (x) => build([3], ([i]) => at(x, [i!, 2])),
  },
  {
    name: 'tile',
    shapes: [[2, 3, 2]],
    op: (x) => tf.tile(x, [1, 2, 3]),
    reference: (x) => moved(x, [2, 6, 6], ([a, b, c]) => [a!, b! % 3, c! % 2]),
  },
  {
    name: 'reverse',
    shapes: [map],
    op: (x) => tf.reverse(x, [1, 3]),
    reference: (x) => moved(x, map, ([a, b, c, d]) => [a!, 2 - b!, c!, 3 - d!]),
  },
  {
    name: 'range and linspace',
    shapes: [map],
    op: (x) => tf.add(tf.mul(x, tf.range(0, 8, 2)), tf.linspace(0, 1, 4)),
    reference: (x) => build(map, (i) => at(x, i) * i[3]! * 2 + i[3]! / 3),
  },
];
