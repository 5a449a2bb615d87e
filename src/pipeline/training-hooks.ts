// What a training run needs from its surroundings, and what it tells them.
import type { Engine } from '../engine/types.ts';
import type { CollapseAlarm } from '../monitor/collapse.ts';
import type { SampleError } from '../stages/sample-error.ts';
import type { StepRecord } from '../stages/train-step.ts';

export interface TrainingHooks {
  readonly openEngine: () => Promise<Engine>;
  /** First signal: finish the call in hand, checkpoint, stop. */
  readonly drain: AbortSignal;
  /** Second signal: stop now. */
  readonly abort: AbortSignal;
  readonly version: string;
  /** Milliseconds. */
  readonly now: () => number;
  readonly onNotice: (line: string) => void;
  /** An alarm: one line that begins with its name, shown whatever is silenced. */
  readonly onAlarm: (line: string) => void;
  onPicture?(): void;
  onReject?(error: SampleError): void;
  onStep?(record: StepRecord, steps: number): void;
  onInFlight?(steps: number): void;
  /** A generation of watched pictures entered the pool. */
  onGeneration?(pictures: number, step: number): void;
  /** Milliseconds between rescans of watched folders. @default 10_000 */
  readonly rescanMs?: number;
}

export interface TrainingSummary {
  readonly run: string;
  readonly step: number;
  readonly stopped: boolean;
  readonly labelled: number;
  readonly pool: number;
  readonly rejected: number;
  readonly withoutBox: number;
  readonly excluded: number;
  /** Mean heatmap maximum on 256 pictures of the pool, batch statistics; absent without a pool. */
  readonly peak: number | undefined;
  /** Median milliseconds a step. */
  readonly stepMs: number | undefined;
  /** Pictures, labelled and unlabelled, a second at that pace. */
  readonly imagesPerSecond: number | undefined;
  readonly counters: Readonly<Record<string, number>>;
  /** The collapse that was seen, and the checkpoint that the run went back to. */
  readonly collapse?: CollapseAlarm & { readonly restored?: number };
}
