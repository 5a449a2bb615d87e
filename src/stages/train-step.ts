// Runs a group of batches through the engine in one call and checks that the losses are numbers.
import type { StepOutput } from '../methods/step.ts';
import type { Batch } from './batch.ts';
import type { Trainer } from './trainer.ts';

/** What one step reported; rates of background as means over the joints. */
export type StepRecord = Readonly<Record<StepOutput, number>> & {
  readonly step: number;
  readonly learningRate: number;
  readonly weight: number;
  /** Rate of the students' heatmaps of unlabelled pictures that show background only, a joint. */
  readonly jointBackground: readonly number[];
};

/**
 * The inputs of the batches are given to the engine.
 * @throws where a loss is not finite, naming the step.
 */
export async function trainSteps(
  batches: readonly Batch[],
  trainer: Trainer,
  signal?: AbortSignal,
): Promise<StepRecord[]> {
  const outputs = await trainer.train.run(
    batches.map(({ inputs }) => inputs),
    { signal, moves: true },
  );
  return outputs.map((output, i) => {
    const { step, learningRate, weight } = batches[i]!;
    const scalar = (name: StepOutput) => output[name].data[0]!;
    const record = {
      step,
      learningRate,
      weight,
      loss: scalar('loss'),
      supervised: scalar('supervised'),
      consistency: scalar('consistency'),
      studentPeak: scalar('studentPeak'),
      teacherPeak: scalar('teacherPeak'),
      labelledPeak: scalar('labelledPeak'),
      studentBackground: mean(output.studentBackground.data),
      teacherBackground: mean(output.teacherBackground.data),
      jointBackground: [...output.studentBackground.data],
    };
    if (!Number.isFinite(record.loss)) {
      throw new Error(
        `the loss of step ${step} is ${record.loss} (supervised ${record.supervised}, consistency ${record.consistency}): lower --learning-rate (now ${learningRate}) or look at the labels of that batch`,
      );
    }
    return record;
  });
}

const mean = (values: Float32Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
