// The training stream: plan → crops → teach/recall → pair → batch → train step → after the step. One pipe, one line a stage.
import { concatMap, defer, EMPTY, tap, type Observable } from 'rxjs';
import { batchInParts, type Batch, type BatchContext } from '../stages/batch.ts';
import { pair, type PairContext } from '../stages/pair.ts';
import type { LoadedStep } from '../stages/read-crops.ts';
import type { StepPlan } from '../stages/sampler.ts';
import type { TaughtStep, Teacher } from '../stages/teach.ts';
import type { StepRecord } from '../stages/train-step.ts';
import { createCredits } from './credits.ts';
import { groupUntil } from './group-until.ts';
import { inOrder } from './in-order.ts';
import { pull } from './pull.ts';
import type { TeacherBoard } from './teacher-board.ts';
import { createTurns } from './turns.ts';

export interface TrainStream {
  /** The plans of the steps still to do. */
  plans(): AsyncIterable<StepPlan>;
  /** Steps in flight at most, planned and not yet trained. Every crop in flight belongs to one of them. */
  readonly credits: number;
  /** Steps that are read from the database at the same time. */
  readonly lanes: number;
  /** Steps that go to the engine in one call at most. */
  readonly stepsPerCall: number;
  readonly board: TeacherBoard;
  readonly pair: PairContext;
  readonly batch: BatchContext;
  read(plan: StepPlan): Promise<LoadedStep>;
  teach(loaded: LoadedStep, teacher: Teacher | undefined): Promise<TaughtStep>;
  /** Trains a group of consecutive batches. */
  train(batches: readonly Batch[]): Promise<StepRecord[]>;
  /** Checkpoints, publishes, logs: whatever is due after this step. */
  after(record: StepRecord): Promise<void>;
  /** A group ends with such a step, so that `after` finds the state of exactly this step. */
  isBoundary(step: number): boolean;
  /** Aborted: steps in flight are not trained any more, and the stream completes. */
  readonly drain: AbortSignal;
  onInFlight?(steps: number): void;
}

/** Emits a record a step, in order. */
export function train$(stream: TrainStream): Observable<StepRecord> {
  return defer(() => {
    const credits = createCredits(stream.credits);
    // Groups that are packed and not at the engine yet. Where none was when the engine asked for one, there is no time to rest.
    let ready = 0;
    let isLate = true;
    const turns = createTurns(() => isLate);
    const trainGroup = async (batches: Batch[]) => {
      ready -= 1;
      stream.onInFlight?.(credits.inFlight);
      const records = await stream.train(batches);
      isLate = ready === 0;
      credits.release(batches.length);
      for (const record of records) await stream.after(record);
      return records;
    };
    return pull(stream.plans(), credits).pipe(
      inOrder((plan: StepPlan) => stream.read(plan), stream.lanes),
      concatMap(async (loaded) =>
        stream.teach(loaded, await stream.board.forStep(loaded.plan.step)),
      ),
      concatMap((taught) => turns.take(() => pair(taught, stream.pair))),
      concatMap((paired) => turns.takeAll(batchInParts(paired, stream.batch))),
      groupUntil(stream.stepsPerCall, ({ step }) => stream.isBoundary(step)),
      tap(() => (ready += 1)),
      concatMap((batches) => {
        if (!stream.drain.aborted) return trainGroup(batches);
        // The plans end when the next one is asked for: nobody asks without a credit.
        credits.release(batches.length);
        return EMPTY;
      }),
      concatMap((records) => records),
    );
  });
}
