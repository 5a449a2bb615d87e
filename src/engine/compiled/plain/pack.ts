// Small state entries joined into one vector and taken apart again, in the layout in which the session keeps them.
import { sizeOf } from '../program/node.ts';
import type { Lower } from './lowering.ts';

export const pack: Lower<'pack'> = (to, node) => {
  const parts = node.inputs.map((x) => to.graph.reshape(to.entry(x).name, [-1]));
  return {
    name: to.graph.op('Concat', parts, { axis: 0 }),
    shape: node.shape,
    dtype: node.dtype,
    order: [0],
  };
};

export const unpack: Lower<'unpack'> = (to, node, { index, shapes }) => {
  const dims = shapes.map((shape) => to.entryDims(shape));
  const parts = to.graph.split(to.named(node.inputs[0]!), dims.map(sizeOf));
  return to.fromEntry(node, to.graph.reshape(parts[index]!, dims[index]!));
};
