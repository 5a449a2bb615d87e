// Makes nodes that move values without changing them, and removes those that move nothing.
import { expand, fill, scalarOf, unrepeated } from './elementwise.ts';
import type { Node, Window } from './node.ts';
import { sameShape, sizeOf } from './node.ts';
import type { Program } from './program.ts';

/** @param shape may hold one -1: whatever is left. */
export function reshape(p: Program, x: Node, shape: readonly number[]): Node {
  const left = sizeOf(x.shape) / sizeOf(shape.filter((d) => d !== -1));
  const to = shape.map((d) => (d === -1 ? left : d));
  if (sizeOf(to) !== sizeOf(x.shape)) {
    throw new Error(`cannot reshape [${x.shape.join()}] to [${shape.join()}]`);
  }
  if (sameShape(to, x.shape)) return x;
  if (scalarOf(x) !== undefined) return expand(p, unrepeated(x), to);
  const from = x.op.kind === 'reshape' ? x.inputs[0]! : x;
  return sameShape(to, from.shape) ? from : p.make({ kind: 'reshape' }, [from], to, x.dtype);
}

export function transpose(p: Program, x: Node, perm: readonly number[]): Node {
  if (perm.every((axis, i) => axis === i)) return x;
  const shape = perm.map((axis) => x.shape[axis]!);
  if (scalarOf(x) !== undefined) return expand(p, unrepeated(x), shape);
  return p.make({ kind: 'transpose', perm: [...perm] }, [x], shape, x.dtype);
}

/** Borders cut off a gradient go into its window: what `pad` + `valid` costs on the way back disappears. */
export function slice(
  p: Program,
  x: Node,
  begin: readonly number[],
  size: readonly number[],
  steps: readonly number[] = begin.map(() => 1),
): Node {
  if (steps.every((s) => s === 1)) {
    if (sameShape(size, x.shape)) return x;
    if (scalarOf(x) !== undefined) return expand(p, unrepeated(x), size);
    const { op } = x;
    if (op.kind === 'convInputGrad' && isSpatial(begin, size, x.shape)) {
      return p.make(
        { kind: op.kind, window: widened(op.window, begin, x, size) },
        x.inputs,
        size,
        x.dtype,
      );
    }
    const pooled = x.inputs[1];
    if (op.kind === 'maxPoolGrad' && pooled?.op.kind === 'pad' && isUnpad(pooled, begin, size)) {
      const window = widened(op.window, begin, x, size);
      if (isPositive(pooled.inputs[0]!) && pooled.op.value === 0) {
        return p.make({ kind: op.kind, window }, [x.inputs[0]!, pooled.inputs[0]!], size, x.dtype);
      }
    }
  }
  return p.make({ kind: 'slice', begin: [...begin], steps: [...steps] }, [x], size, x.dtype);
}

export function pad(
  p: Program,
  x: Node,
  before: readonly number[],
  after: readonly number[],
  value: number,
): Node {
  const shape = x.shape.map((d, i) => d + before[i]! + after[i]!);
  if (sameShape(shape, x.shape)) return x;
  if (scalarOf(x) === value) return expand(p, unrepeated(x), shape);
  return p.make({ kind: 'pad', before: [...before], value }, [x], shape, x.dtype);
}

export function concat(p: Program, parts: readonly Node[], axis: number): Node {
  const some = parts.filter((n) => n.shape[axis] !== 0);
  if (some.length === 1) return some[0]!;
  const first = some[0]!;
  const shape = first.shape.map((d, i) =>
    i === axis ? some.reduce((n, x) => n + x.shape[i]!, 0) : d,
  );
  const value = scalarOf(first);
  if (value !== undefined && some.every((n) => scalarOf(n) === value))
    return fill(p, value, shape, first.dtype);
  return p.make({ kind: 'concat', axis }, some, shape, first.dtype);
}

/** Zero borders around the input of a window, as pads of the window: only where they mean the same. */
export function absorbPad(
  x: Node,
  window: Window,
  needPositive: boolean,
): { x: Node; window: Window } {
  const inner = x.inputs[0];
  if (x.op.kind !== 'pad' || x.op.value !== 0 || !inner) return { x, window };
  const { before } = x.op;
  const isInPlane =
    before[0] === 0 &&
    before[3] === 0 &&
    x.shape[0] === inner.shape[0] &&
    x.shape[3] === inner.shape[3];
  if (!isInPlane || (needPositive && !isPositive(inner))) return { x, window };
  return { x: inner, window: widened(window, before, x, inner.shape) };
}

/** The same window over the part [begin, begin + size) of `x`. */
function widened(
  window: Window,
  begin: readonly number[],
  x: Node,
  size: readonly number[],
): Window {
  const [top, left, bottom, right] = window.pads;
  const [h, w] = [begin[1]!, begin[2]!];
  const pads = [
    top + h,
    left + w,
    bottom + x.shape[1]! - size[1]! - h,
    right + x.shape[2]! - size[2]! - w,
  ];
  return { ...window, pads: pads as unknown as Window['pads'] };
}

const isSpatial = (
  begin: readonly number[],
  size: readonly number[],
  shape: readonly number[],
): boolean => begin[0] === 0 && begin[3] === 0 && size[0] === shape[0] && size[3] === shape[3];

const isUnpad = (padded: Node, begin: readonly number[], size: readonly number[]): boolean =>
  padded.op.kind === 'pad' &&
  sameShape(padded.op.before, begin) &&
  sameShape(padded.inputs[0]!.shape, size);

/** Known to hold no negative number. */
const isPositive = (x: Node): boolean =>
  x.op.kind === 'unary' && (x.op.type === 'Relu' || x.op.type === 'Abs');
