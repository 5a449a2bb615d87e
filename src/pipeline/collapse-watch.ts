// Watches a run for collapse: one alarm, and what is done about it.
import type { Database } from '../../db/open.ts';
import { addCollapseEvent } from '../../db/runs.ts';
import {
  createCollapseDetector,
  type CollapseAlarm,
  type CollapseSignals,
} from '../monitor/collapse.ts';

export type OnCollapse = 'stop' | 'rollback' | 'warn';

export interface CollapseWatch {
  observe(signals: CollapseSignals): void;
  isHealthy(): boolean;
  alarm(): CollapseAlarm | undefined;
  /** Aborted where the run shall end. */
  readonly halt: AbortSignal;
}

export interface CollapseWatchOptions {
  readonly db: Database;
  readonly runId: number;
  readonly action: OnCollapse;
  readonly views: { readonly easy: string; readonly hard: string };
  /** Takes the alarm: one line. */
  readonly onAlarm: (line: string) => void;
}

export function watchForCollapse(options: CollapseWatchOptions): CollapseWatch {
  const { db, runId, action, views, onAlarm } = options;
  const detector = createCollapseDetector(views);
  const halt = new AbortController();
  let alarm: CollapseAlarm | undefined;
  return {
    observe(signals) {
      const found = detector.observe(signals);
      if (!found) return;
      alarm = found;
      const { step, signal, reason } = found;
      addCollapseEvent(db, runId, { step, signal, reason, action });
      onAlarm(`collapse: step ${step}, ${signal}: ${reason}; ${CONSEQUENCES[action]}`);
      if (action !== 'warn') halt.abort();
    },
    isHealthy: () => detector.isHealthy(),
    alarm: () => alarm,
    halt: halt.signal,
  };
}

const CONSEQUENCES: Record<OnCollapse, string> = {
  stop: 'the run stops here',
  rollback: 'the run stops, back at its last healthy checkpoint',
  warn: 'the run goes on (--on-collapse stop ends it)',
};
