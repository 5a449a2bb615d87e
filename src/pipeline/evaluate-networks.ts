// Scores a model of two networks in every way that papers report it: each alone, the mean of both scores, and their mean heatmaps.
import type { Engine } from '../engine/types.ts';
import type { SampleError } from '../stages/sample-error.ts';
import { loadModel } from '../stages/model-file.ts';
import { isExternal } from '../stages/read-external.ts';
import { evaluate, type Evaluation, type EvaluationOptions } from './evaluate.ts';
import type { NetworkChoice } from './open-predictor.ts';

export interface NetworkScores {
  /** `net 1`, `net 2` (or `student`, `average`), `mean`, `ensemble`. */
  readonly network: string;
  /** Percent. */
  readonly pck: number | undefined;
  /** 0–1. */
  readonly ap: number;
}

export interface NetworksEvaluation extends Evaluation {
  /** Absent for models of one network. The other figures are those of the default choice: see openModel. */
  readonly networks?: readonly NetworkScores[];
}

export async function evaluateNetworks(
  options: EvaluationOptions,
  engine: Engine,
  onReject: (error: SampleError) => void,
): Promise<NetworksEvaluation> {
  const model = isExternal(options.run) ? undefined : await loadModel(options.run);
  if (!model?.second || options.network !== undefined) return evaluate(options, engine, onReject);
  const isAverage = model.card.second === 'average';
  const scored = (network: NetworkChoice, report: typeof onReject) =>
    evaluate({ ...options, network }, engine, report);
  const first = await scored('first', onReject);
  // What could not be read has been reported.
  const second = await scored('second', () => undefined);
  const ensemble = await scored('ensemble', () => undefined);
  const row = (network: string, { pck, ap }: Pick<Evaluation, 'pck' | 'ap'>) => ({
    network,
    pck,
    ap,
  });
  const both =
    first.pck === undefined || second.pck === undefined ? undefined : (first.pck + second.pck) / 2;
  return {
    ...(isAverage ? first : ensemble),
    networks: [
      row(isAverage ? 'student' : 'net 1', first),
      row(isAverage ? 'average' : 'net 2', second),
      row('mean', { pck: both, ap: (first.ap + second.ap) / 2 }),
      row('ensemble', ensemble),
    ],
  };
}
