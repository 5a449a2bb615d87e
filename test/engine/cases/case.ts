// What a test of one operator is made of.
import type * as TF from '@tensorflow/tfjs';
import type { Array64 } from '../reference.ts';
import { at, build } from '../reference.ts';

export interface Case {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly op: (...xs: TF.Tensor[]) => TF.Tensor;
  readonly reference: (...xs: Array64[]) => Array64;
  /** Inputs are drawn from [low, high). @default [-1, 1) */
  readonly range?: readonly [number, number];
  /** @default true */
  readonly isDifferentiable?: boolean;
  /** Engines that are known to be wrong here, and why. */
  readonly skip?: Readonly<Record<string, string>>;
}

export type T4 = TF.Tensor4D;
export const map = [2, 3, 5, 4] as const;
export const sum = (v: number[]) => v.reduce((a, b) => a + b, 0);
export const mean = (v: number[]) => sum(v) / v.length;
export const positive = { range: [0.2, 2] } as const;
export const flat = { isDifferentiable: false } as const;

/** Values of x at other places. */
export const moved = (
  x: Array64,
  shape: readonly number[],
  from: (index: number[]) => number[],
  outside = 0,
): Array64 => build(shape, (i) => at(x, from(i), outside));
