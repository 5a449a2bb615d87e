// Operators that every engine must have, as tfjs writes them and as their float64 definition.
import { batchNorms } from './cases/batch-norm.ts';
import { binaries } from './cases/binary.ts';
import type { Case } from './cases/case.ts';
import { convolutions } from './cases/conv.ts';
import { layouts } from './cases/layout.ts';
import { reductions } from './cases/reduce.ts';
import { resizes } from './cases/resize.ts';
import { unaries } from './cases/unary.ts';

export const cases: readonly Case[] = [
  ...unaries,
  ...binaries,
  ...reductions,
  ...layouts,
  ...convolutions,
  ...resizes,
  ...batchNorms,
];
