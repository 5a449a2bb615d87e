// Elementwise nodes on blocked maps and filters: only operations that keep the zeros of the padding, or say that they do not.
import type { BinaryType, Node, UnaryType } from '../program/node.ts';
import { sameShape, sizeOf } from '../program/node.ts';
import { scalarOf } from '../program/elementwise.ts';
import type { Stored } from '../plain/stored.ts';
import { masked } from './channels.ts';
import type { Affine } from './channels.ts';
import { filterDims } from './filter.ts';
import type { BlockedLowering } from './lowering.ts';
import { binaryKeepsZeros, unaryKeepsZeros } from './zeros.ts';

export function arithmetic(
  to: BlockedLowering,
  node: Node,
  { type }: { readonly type: BinaryType },
): Stored | undefined {
  const [a, b] = node.inputs as [Node, Node];
  if (to.isFilter(a) || to.isFilter(b)) return onFilters(to, node, type);
  if (!to.isMap(a) && !to.isMap(b)) return undefined;
  if (!to.canBeMap(node) || !binaryKeepsZeros.concat('Div').includes(type)) return undefined;
  if (sameShape(a.shape, b.shape)) return onMaps(to, node, type, [a, b]);
  if (isNumber(b)) return byNumber(to, node, type, [a, b]);
  if (isNumber(a)) return type === 'Mul' ? byNumber(to, node, type, [b, a]) : undefined;
  if (isVector(b, a)) return byVector(to, node, type, [a, b]);
  if (isVector(a, b) && (type === 'Mul' || type === 'Add')) return byVector(to, node, type, [b, a]);
  return undefined;
}

const isNumber = (x: Node): boolean => sizeOf(x.shape) === 1;

/** One number for each channel of `map`. */
const isVector = (x: Node, map: Node): boolean =>
  sameShape(map.shape.slice(-1), x.shape.slice(-1)) && sizeOf(x.shape) === map.shape.at(-1);

function byNumber(
  to: BlockedLowering,
  node: Node,
  type: BinaryType,
  [x, number]: readonly [Node, Node],
): Stored | undefined {
  if (type !== 'Mul' && type !== 'Div') return undefined;
  const map = to.map(x);
  const scalar = to.viewed(to.stored(number), []);
  return to.putMap(node, { ...map, name: to.graph.op(type, [map.name, scalar]) });
}

function byVector(
  to: BlockedLowering,
  node: Node,
  type: BinaryType,
  [x, vector]: readonly [Node, Node],
): Stored | undefined {
  const v = to.channels(vector);
  const origin = to.origin(x);
  const from = { ...origin, isFixed: origin.isFixed && to.isFixed(vector) };
  if (type === 'Mul') {
    const start = from.sum ? { base: to.map(x), isFixed: to.isFixed(vector) } : from;
    return to.putAffine(node, scaled(to, start, v));
  }
  if (type !== 'Add' && type !== 'Sub') return undefined;
  const more = type === 'Add' ? v : to.graph.op('Neg', [v]);
  return to.putAffine(node, {
    ...from,
    shift: from.shift ? to.graph.op('Add', [from.shift, more]) : more,
  });
}

const scaled = (
  to: BlockedLowering,
  { base, scale, shift, isFixed }: Affine,
  by: string,
): Affine => ({
  base,
  isFixed,
  scale: scale ? to.graph.op('Mul', [scale, by]) : by,
  shift: shift && to.graph.op('Mul', [shift, by]),
});

function onMaps(
  to: BlockedLowering,
  node: Node,
  type: BinaryType,
  [a, b]: readonly [Node, Node],
): Stored | undefined {
  if (type === 'Div') return undefined;
  const canExtend = (x: Node) => {
    const from = to.origin(x);
    return from.sum === undefined && (from.scale !== undefined || from.shift !== undefined);
  };
  if (type === 'Add' && canExtend(a))
    return to.putAffine(node, { ...to.origin(a), sum: to.map(b).name });
  if (type === 'Add' && canExtend(b))
    return to.putAffine(node, { ...to.origin(b), sum: to.map(a).name });
  if (type === 'Sub' && canExtend(b))
    return to.putAffine(node, { ...negated(to, to.origin(b)), sum: to.map(a).name });
  return to.putMap(node, {
    ...to.map(a),
    name: to.graph.op(type, [to.map(a).name, to.map(b).name]),
  });
}

function negated(to: BlockedLowering, { base, scale, shift, isFixed }: Affine): Affine {
  const full = to.blocks.padded(base.channels);
  const minus = to.graph.constant(new Float32Array(full).fill(-1), [full], 'float32', 'all -1');
  return {
    base,
    isFixed,
    scale: scale ? to.graph.op('Neg', [scale]) : minus,
    shift: shift && to.graph.op('Neg', [shift]),
  };
}

export function rectified(
  to: BlockedLowering,
  node: Node,
  { type }: { readonly type: UnaryType },
): Stored | undefined {
  const x = node.inputs[0]!;
  if (!unaryKeepsZeros.includes(type)) return undefined;
  if (to.isFilter(x)) {
    const filter = to.filter(x);
    return to.putFilter(node, { ...filter, name: to.graph.op(type, [filter.name]) });
  }
  if (!to.isMap(x)) return undefined;
  const from = to.origin(x);
  if (type === 'Relu' && (from.scale ?? from.shift) !== undefined)
    return to.putAffine(node, from, true);
  return to.putMap(node, { ...to.map(x), name: to.graph.op(type, [to.map(x).name]) });
}

/** where(y > 0, dy, 0): the gradient of a ReLU. */
export function chosen(to: BlockedLowering, node: Node): Stored | undefined {
  const [condition, dy, otherwise] = node.inputs as [Node, Node, Node];
  const {
    op,
    inputs: [y, threshold],
  } = condition;
  if (op.kind !== 'binary' || op.type !== 'Greater' || !threshold) return undefined;
  if (scalarOf(threshold) !== 0 || scalarOf(otherwise) !== 0) return undefined;
  const isWhole = sameShape(y!.shape, node.shape) && sameShape(dy.shape, node.shape);
  if (!isWhole || !to.canBeMap(node) || !(to.isMap(y!) || to.isMap(dy))) return undefined;
  return to.putMap(node, masked(to.blocks, to.map(dy), to.map(y!)));
}

function onFilters(to: BlockedLowering, node: Node, type: BinaryType): Stored | undefined {
  const [a, b] = node.inputs as [Node, Node];
  if (node.dtype !== 'float32') return undefined;
  if (sameShape(a.shape, b.shape)) {
    const [f, g] = [to.filter(a), to.filter(b)];
    const isDirty = f.isDirty || g.isDirty || !binaryKeepsZeros.includes(type);
    return to.putFilter(node, {
      shape: node.shape,
      isDirty,
      name: to.graph.op(type, [f.name, g.name]),
    });
  }
  const [x, number] = isNumber(b) ? [a, b] : [b, a];
  if (!isNumber(number)) return undefined;
  const filter = to.filter(x);
  const scalar = to.viewed(to.stored(number), []);
  const keeps = type === 'Mul' || (type === 'Div' && number === b);
  const both = [
    { name: filter.name, isNumber: false },
    { name: scalar, isNumber: true },
  ];
  return to.putFilter(node, {
    ...filter,
    isDirty: filter.isDirty || !keeps,
    name: to.graph.elementwise(
      type,
      number === b ? both : both.toReversed(),
      filterDims(to.blocks, filter.shape),
    ),
  });
}
