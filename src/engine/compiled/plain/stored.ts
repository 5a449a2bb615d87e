// How a value of the program lies in memory: logical axes (NHWC, HWIO) in any physical order.
import type { NodeType } from '../program/node.ts';

export interface Stored {
  readonly name: string;
  /** Logical. */
  readonly shape: readonly number[];
  readonly dtype: NodeType;
  /** Logical axis at each physical position. */
  readonly order: readonly number[];
}

export const nchw = [0, 3, 1, 2] as const;
export const oihw = [3, 2, 0, 1] as const;

export const identity = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);

export const physical = ({ shape, order }: Pick<Stored, 'shape' | 'order'>): number[] =>
  order.map((axis) => shape[axis]!);

/** Axes that matter for the order in memory: those longer than 1. */
export const long = ({ shape, order }: Pick<Stored, 'shape' | 'order'>): number[] =>
  order.filter((axis) => shape[axis] !== 1);

/**
 * The order of `to` when the memory of `from` is read as that shape, or nothing when its axes are interleaved.
 * Both shapes are cut into the shortest runs of axes with equal products; a run must lie together in memory.
 */
export function orderAfterReshape(
  from: Pick<Stored, 'shape' | 'order'>,
  to: readonly number[],
): number[] | undefined {
  const runs = matchingRuns(from.shape, to);
  const inMemory = long(from);
  const order = new Set<number>();
  let at = 0;
  while (at < inMemory.length) {
    const run = runs.find((r) => r.from.includes(inMemory[at]!))!;
    const axes = run.from.filter((axis) => from.shape[axis] !== 1);
    if (!axes.every((axis, i) => inMemory[at + i] === axis)) return undefined;
    at += axes.length;
    for (const axis of run.to) order.add(axis);
  }
  const rest = identity(to.length).filter((axis) => !order.has(axis));
  return [...rest, ...order];
}

interface Run {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function matchingRuns(from: readonly number[], to: readonly number[]): Run[] {
  const runs: Run[] = [];
  let [i, j] = [0, 0];
  while (i < from.length || j < to.length) {
    const run = { from: [] as number[], to: [] as number[] };
    let [a, b] = [1, 1];
    do {
      if (i < from.length && (a <= b || j >= to.length)) {
        run.from.push(i);
        a *= from[i++]!;
      } else {
        run.to.push(j);
        b *= to[j++]!;
      }
    } while (a !== b);
    runs.push(run);
  }
  return runs;
}
