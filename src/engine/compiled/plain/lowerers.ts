// Which function writes which kind of node in the plain lowering.
import { conv, convInputGrad } from './conv.ts';
import { convFilterGrad } from './filter-gradient.ts';
import { binary, cast, constant, expand, fill, select, unary } from './elementwise.ts';
import {
  concat,
  gather,
  pad,
  reshape,
  reverse,
  scatterAdd,
  slice,
  tile,
  transpose,
} from './layout.ts';
import type { Lower, Lowerers } from './lowering.ts';
import { stateOrder } from './state-order.ts';
import { maxPool, maxPoolGrad } from './max-pool.ts';
import { pack, unpack } from './pack.ts';
import { argmax, matmul, reduce } from './reduce.ts';
import { repeatPixels, resample, sumPixels } from './resize.ts';
import { identity, physical } from './stored.ts';
import { warp } from './warp.ts';

const input: Lower<'input'> = (to, { shape, dtype }, { name }) => ({
  name: to.graph.input(`in:${name}`, shape, dtype),
  shape,
  dtype,
  order: identity(shape.length),
});

const state: Lower<'state'> = (to, { shape, dtype }, { name }) => {
  const order = stateOrder(shape);
  return { name: to.graph.input(`state:${name}`, physical({ shape, order })), shape, dtype, order };
};

export const plainLowerers: Lowerers = {
  input,
  state,
  fill,
  constant,
  expand,
  unary,
  binary,
  select,
  cast,
  reduce,
  reshape,
  transpose,
  slice,
  pad,
  concat,
  tile,
  reverse,
  gather,
  scatterAdd,
  conv,
  convInputGrad,
  convFilterGrad,
  maxPool,
  maxPoolGrad,
  matmul,
  argmax,
  pack,
  unpack,
  repeatPixels,
  sumPixels,
  resample,
  warp,
};
