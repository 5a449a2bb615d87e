// Which nodes have a blocked form. A rule answers nothing where it does not apply, and the plain form is written instead.
import type { Node, Op } from '../program/node.ts';
import type { Stored } from '../plain/stored.ts';
import { oihw } from '../plain/stored.ts';
import { arithmetic, chosen, rectified } from './arithmetic.ts';
import { blockedConv, blockedInputGrad } from './conv.ts';
import { blockedFilterGrad } from './filter-gradient.ts';
import { firstConv, firstFilterGrad, isFirstLayer } from './first-layer.ts';
import type { BlockedLowering } from './lowering.ts';
import { blockedMaxPool, blockedMaxPoolGrad, isPoolable } from './max-pool.ts';
import { reduced } from './reduce.ts';
import { repeated, resampled, summed } from './resize.ts';
import { entryInput } from './state.ts';

type Rule<K extends Op['kind']> = (
  to: BlockedLowering,
  node: Node,
  op: Extract<Op, { kind: K }>,
) => Stored | undefined;

export function rules(to: BlockedLowering, node: Node): Stored | undefined {
  const rule = byKind[node.op.kind] as Rule<Op['kind']> | undefined;
  return rule?.(to, node, node.op);
}

const isSquare = ({
  strides: [sh, sw],
}: {
  readonly strides: readonly [number, number];
}): boolean => sh === sw && sh <= 2;

const conv: Rule<'conv'> = (to, node, { window }) => {
  const [x, f] = node.inputs as [Node, Node];
  if (!to.canBeMap(x) || !isSquare(window)) return undefined;
  if (isFirstLayer(f.shape, window, x.shape[2]!)) {
    return to.putMap(
      node,
      firstConv(to.blocks, to.picture(x), to.named(f, oihw), f.shape[3]!, window),
    );
  }
  return to.putMap(node, blockedConv(to.blocks, to.map(x), to.filter(f), window));
};

const convInputGrad: Rule<'convInputGrad'> = (to, node, { window }) => {
  const [dy, f] = node.inputs as [Node, Node];
  const [, height, width] = node.shape as [number, number, number];
  const isEven = height % 2 === 0 && width % 2 === 0;
  const [kh, kw] = window.kernel;
  const [top, left] = window.pads;
  const isReached = top < kh && left < kw;
  if (!to.canBeMap(dy) || !isSquare(window) || !isReached || (window.strides[0] === 2 && !isEven))
    return undefined;
  return to.putMap(
    node,
    blockedInputGrad(to.blocks, to.map(dy), to.filter(f), window, [height, width]),
  );
};

const convFilterGrad: Rule<'convFilterGrad'> = (to, node, { window }) => {
  const [x, dy] = node.inputs as [Node, Node];
  if (!to.canBeMap(x) || !isSquare(window)) return undefined;
  if (isFirstLayer(node.shape, window, x.shape[2]!)) {
    const name = firstFilterGrad(to.blocks, to.picture(x), to.map(dy), window);
    return { name, shape: node.shape, dtype: node.dtype, order: oihw };
  }
  return to.putFilter(node, blockedFilterGrad(to.blocks, to.map(x), to.map(dy), window));
};

const poolable = (
  to: BlockedLowering,
  x: Node,
  y: Node,
  window: Parameters<typeof isPoolable>[0],
): boolean =>
  to.canBeMap(x) && isPoolable(window, [x.shape[1]!, x.shape[2]!], [y.shape[1]!, y.shape[2]!]);

const maxPool: Rule<'maxPool'> = (to, node, { window }) => {
  const x = node.inputs[0]!;
  return poolable(to, x, node, window)
    ? to.putMap(node, blockedMaxPool(to.blocks, to.map(x), window))
    : undefined;
};

const maxPoolGrad: Rule<'maxPoolGrad'> = (to, node, { window }) => {
  const [dy, x] = node.inputs as [Node, Node];
  if (!poolable(to, x, dy, window)) return undefined;
  const pair = [to.map(x), blockedMaxPool(to.blocks, to.map(x), window)] as const;
  return to.putMap(node, blockedMaxPoolGrad(to.blocks, to.map(dy), pair, window));
};

const repeatPixels: Rule<'repeatPixels'> = (to, node, { factors }) => {
  const x = node.inputs[0]!;
  return to.isMap(x) ? to.putMap(node, repeated(to.blocks, to.map(x), factors)) : undefined;
};

const sumPixels: Rule<'sumPixels'> = (to, node, { factors }) => {
  const dy = node.inputs[0]!;
  return to.isMap(dy) ? to.putMap(node, summed(to.blocks, to.map(dy), factors)) : undefined;
};

const resample: Rule<'resample'> = (to, node) => {
  const [x, rows, columns] = node.inputs as [Node, Node, Node];
  if (!to.isMap(x)) return undefined;
  const size = [node.shape[1]!, node.shape[2]!] as const;
  const matrices = [to.named(rows), to.named(columns)] as const;
  return to.putMap(node, resampled(to.blocks, to.map(x), matrices, size));
};

const byKind: { readonly [K in Op['kind']]?: Rule<K> } = {
  state: entryInput,
  conv,
  convInputGrad,
  convFilterGrad,
  maxPool,
  maxPoolGrad,
  binary: arithmetic,
  unary: rectified,
  select: chosen,
  reduce: reduced,
  repeatPixels,
  sumPixels,
  resample,
};
