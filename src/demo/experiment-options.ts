// What an experiment is told, and what it needs from the program around it.
import type { FigureRow } from '../monitor/report-data.ts';
import type { PaperRow } from './paper-rows.ts';

export interface ExperimentOptions {
  readonly rows: readonly PaperRow[];
  readonly seeds: readonly number[];
  /** Flags of `train` that all rows share: recipe, model, steps. */
  readonly shared: readonly string[];
  /** Flags that name the training data, and those of the test set. */
  readonly trainData: readonly string[];
  readonly testData: readonly string[];
  /** Runs and cache; may be thrown away. */
  readonly dir: string;
  /** Results, table, curves and report. */
  readonly out: string;
  /** Runs at a time; 0: none, only table and report of what is finished. */
  readonly lanes: number;
  readonly engineFlags: readonly string[];
  /** Data and machine, in words. */
  readonly protocol: readonly string[];
  readonly comparesToPeer: boolean;
}

export interface ExperimentHooks {
  /** Runs `heatstream ARGS` and returns the JSON that it printed. */
  command(args: readonly string[]): Promise<unknown>;
  say(line: string): void;
  /** What the model in a run folder sees, for the report. */
  showcase(run: string): Promise<FigureRow[]>;
  /** Milliseconds. */
  now(): number;
}
