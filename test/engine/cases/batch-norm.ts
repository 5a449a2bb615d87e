// Batch norm with the statistics of the batch: composed of smaller operators, or one of the backend's own.
import type * as TF from '@tensorflow/tfjs';
import { batchNormTrain } from '../../../src/models/batch-norm.ts';
import type { Array64 } from '../reference.ts';
import { at, build } from '../reference.ts';
import type { Case } from './case.ts';
import { map, mean } from './case.ts';

type Output = 'y' | 'mean' | 'variance';

const computed = (x: TF.Tensor, gamma: TF.Tensor, beta: TF.Tensor, output: Output): TF.Tensor => {
  const args = [x, gamma, beta] as [TF.Tensor4D, TF.Tensor1D, TF.Tensor1D];
  const { y, stats } = batchNormTrain(...args);
  const unused = {
    y: [stats.mean, stats.variance],
    mean: [stats.variance],
    variance: [stats.mean],
  };
  for (const tensor of unused[output]) tensor.dispose();
  return { y, mean: stats.mean, variance: stats.variance }[output];
};

const channel = (x: Array64, c: number): number[] =>
  Array.from(x.data.filter((_, i) => i % map[3] === c));
const variance = (v: number[]) => mean(v.map((value) => (value - mean(v)) ** 2));

const statistic = (output: Output, of: (v: number[]) => number): Case => ({
  name: `batch norm: the ${output} of the batch`,
  shapes: [map, [4], [4]],
  isDifferentiable: false,
  op: (x, gamma, beta) => computed(x, gamma, beta, output),
  reference: (x) => build([4], ([c]) => of(channel(x, c!))),
});

export const batchNorms: readonly Case[] = [
  {
    name: 'batch norm with the statistics of the batch',
    shapes: [map, [4], [4]],
    op: (x, gamma, beta) => computed(x, gamma, beta, 'y'),
    reference: (x, gamma, beta) => {
      const channels = [0, 1, 2, 3].map((c) => channel(x, c));
      const scales = channels.map((v) => 1 / Math.sqrt(variance(v) + 1e-5));
      return build(map, (i) => {
        const c = i[3]!;
        const centred = at(x, i) - mean(channels[c]!);
        return centred * scales[c]! * at(gamma, [c]) + at(beta, [c]);
      });
    },
  },
  statistic('mean', mean),
  statistic('variance', variance),
];
