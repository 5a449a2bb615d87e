// What a recording kernel is: tfjs's inputs and attributes in, nodes out.
import type { Node } from '../program/node.ts';
import type { Program } from '../program/program.ts';

/** Inputs by tfjs's names; lists come as '0', '1', …. */
export type KernelInputs = Readonly<Record<string, Node>>;

export type Kernel<A = never> = (p: Program, inputs: KernelInputs, attrs: A) => Node | Node[];

/** Kernels of one family, by tfjs's kernel names. */
export type Kernels = Readonly<Record<string, Kernel>>;

/** Non-negative axes in ascending order; all of them when none is named. */
export function axesOf(
  axis: number | readonly number[] | null | undefined,
  rank: number,
): number[] {
  const named = axis == null ? Array.from({ length: rank }, (_, i) => i) : [axis].flat();
  return [...new Set(named.map((a) => (a < 0 ? a + rank : a)))].sort((a, b) => a - b);
}
