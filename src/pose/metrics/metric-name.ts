// How metrics are named on the command line: `pck@0.2`, `pckh@0.5`, `pck-box@0.2`, `auc@0.5`, `epe`, `oks`.
import type { ReferenceKind } from './reference-length.ts';

export interface MetricName {
  readonly kind: 'pck' | 'auc' | 'epe' | 'oks';
  /** What joint errors are measured against. */
  readonly reference: ReferenceKind;
  /** Of PCK; for AUC, where its curve ends. */
  readonly threshold: number;
}

const METRICS: Readonly<Record<string, MetricName>> = {
  pck: { kind: 'pck', reference: 'torso', threshold: 0.2 },
  pckh: { kind: 'pck', reference: 'head', threshold: 0.5 },
  'pck-box': { kind: 'pck', reference: 'box', threshold: 0.2 },
  auc: { kind: 'auc', reference: 'torso', threshold: 0.5 },
  epe: { kind: 'epe', reference: 'torso', threshold: 0 },
  oks: { kind: 'oks', reference: 'box', threshold: 0 },
};

export const DEFAULT_METRICS = ['pck@0.2', 'auc@0.5', 'epe', 'oks'] as const;

/** @throws RangeError that lists the names */
export function parseMetric(text: string): MetricName {
  const [name = '', after] = text.trim().toLowerCase().split('@');
  const metric = METRICS[name];
  const threshold = after === undefined ? metric?.threshold : Number(after);
  const takesThreshold = metric?.kind === 'pck' || metric?.kind === 'auc';
  if (metric && (after === undefined || (takesThreshold && threshold! > 0)))
    return { ...metric, threshold: threshold! };
  throw new RangeError(
    `Expected a metric among ${Object.keys(METRICS).join(', ')}, with a threshold > 0 behind @ for pck, pckh, pck-box and auc, got "${text}"`,
  );
}
