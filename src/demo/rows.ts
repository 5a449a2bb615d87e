// The runs that the demo compares, and the table that comes out.
import type { Row } from '../monitor/column.ts';

export interface DemoRun {
  readonly name: string;
  readonly method: string;
  readonly regime: string;
  /** Flags of `heatstream train` besides those that all runs share. */
  readonly flags: readonly string[];
}

/** @param folder of the runs: the cached one starts from the supervised one */
export function demoRuns(folder: string, { all }: { readonly all: boolean }): DemoRun[] {
  const teacher = `${folder}/supervised`;
  const cachedFlags = ['--teacher', teacher, '--max-teacher-age', '250'];
  return [
    { name: 'supervised', method: 'supervised', regime: 'online', flags: [] },
    { name: 'single-online', method: 'single', regime: 'online', flags: [] },
    { name: 'single-cached', method: 'single', regime: 'cached', flags: cachedFlags },
    ...(all ? [{ name: 'naive', method: 'naive', regime: 'online', flags: [] }] : []),
  ];
}

/** What `train --json` and `eval --json` print, as far as the table needs it. */
export interface TrainResult {
  readonly step: number;
  readonly peak?: number;
  readonly stepMs?: number;
  readonly imagesPerSecond?: number;
  readonly counters: Readonly<Record<string, number>>;
}
export interface EvalResult {
  readonly pck: number;
  readonly ap: number;
  readonly pckProtocol: string;
  readonly apProtocol: string;
}

export interface DemoRow extends Row {
  readonly method: string;
  readonly regime: string;
  /** Percent. */
  readonly pck: number;
  /** Percent. */
  readonly ap: number;
  readonly peak: number | null;
}

export function demoRow(
  { method, regime }: DemoRun,
  train: TrainResult,
  scores: EvalResult,
  threads: number,
): DemoRow {
  return {
    method,
    regime,
    pck: scores.pck,
    ap: 100 * scores.ap,
    peak: train.peak ?? null,
    imagesPerSecond: train.imagesPerSecond ?? null,
    stepMs: train.stepMs ?? null,
    threads,
    cacheHits: train.counters['target_hits'] ?? null,
    steps: train.step,
  };
}

/** One sentence a run: its gain over the supervised one, or its collapse. */
export function verdicts(rows: readonly DemoRow[]): string[] {
  const baseline = rows.find(({ method }) => method === 'supervised');
  if (!baseline) return [];
  return rows
    .filter((row) => row !== baseline)
    .map((row) => {
      const name = `${row.method} ${row.regime}`;
      const gain = row.pck - baseline.pck;
      const change = `${gain >= 0 ? '+' : '−'}${Math.abs(gain).toFixed(1)} PCK@0.2 against supervised`;
      const hasCollapsed =
        row.peak !== null && baseline.peak !== null && row.peak < 0.1 * baseline.peak;
      return hasCollapsed
        ? `${name}: ${change}; its heatmaps on unlabelled pictures have gone flat (mean peak ${row.peak.toFixed(3)} where supervised has ${baseline.peak.toFixed(3)}): training collapsed to background`
        : `${name}: ${change} at equal labels and steps`;
    });
}
