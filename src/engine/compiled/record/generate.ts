// Kernels that make tensors from numbers alone.
import type * as TF from '@tensorflow/tfjs';
import { constant } from '../program/constant.ts';
import { binary, fill, unary } from '../program/elementwise.ts';
import { reshape } from '../program/layout.ts';
import type { Kernel, Kernels } from './kernel.ts';

const range: Kernel<TF.RangeAttrs> = (p, _, { start, stop, step, dtype }) => {
  const length = Math.max(0, Math.ceil((stop - start) / step));
  const values = Array.from({ length }, (_unused, i) => start + i * step);
  return constant(p, values, [length], dtype);
};

const linSpace: Kernel<TF.LinSpaceAttrs> = (p, _, { start, stop, num }) => {
  const step = num > 1 ? (stop - start) / (num - 1) : 0;
  return constant(
    p,
    Array.from({ length: num }, (_unused, i) => start + i * step),
    [num],
    'float32',
  );
};

/** Inference form: statistics are given. */
const fusedBatchNorm: Kernel<TF.FusedBatchNormAttrs> = (
  p,
  { x, scale, offset, mean, variance },
  { varianceEpsilon },
) => {
  const eps = fill(p, varianceEpsilon, [], 'float32');
  const deviation = unary(p, 'Sqrt', binary(p, 'Add', variance!, eps));
  const slope = binary(p, 'Div', scale ?? fill(p, 1, [], 'float32'), deviation);
  const scaled = binary(p, 'Mul', binary(p, 'Sub', x!, mean!), slope);
  return reshape(p, offset ? binary(p, 'Add', scaled, offset) : scaled, x!.shape);
};

export const generators: Kernels = {
  Range: range,
  LinSpace: linSpace,
  FusedBatchNorm: fusedBatchNorm,
};
