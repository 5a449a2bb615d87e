// One finished run of the paper's table as a JSON file, and statistics over its seeds.
import { existsSync, readFileSync } from 'node:fs';
import { readMetricsLog } from '../monitor/metrics-log.ts';
import type { PaperRow } from './paper-rows.ts';

export interface PaperResult {
  readonly row: string;
  readonly seed: number;
  /** Of `heatstream train`, without data and folders. */
  readonly flags: readonly string[];
  /** PCK@0.2 in percent: of one network, of the mean of two, of the student of a mean teacher. */
  readonly pck: number;
  /** Of two networks: each, their mean and their ensemble. */
  readonly networks?: readonly { readonly network: string; readonly pck: number }[];
  /** OKS-AP, 0–1. */
  readonly ap: number;
  /** Mean heatmap maximum on pictures of the pool, batch statistics. */
  readonly peak: number | null;
  readonly stepMs: number | null;
  readonly minutes: number;
  /** Step of the collapse alarm; null where there was none. */
  readonly collapse: number | null;
  /** By name of the metric: [step, value] … */
  readonly curves: Readonly<Record<string, readonly (readonly [number, number])[]>>;
}

const CURVES = ['studentPeak', 'labelledPeak', 'supervised', 'consistency', 'easyPck', 'hardPck'];

/** @param file metrics.jsonl of the run */
export function curvesOf(file: string): PaperResult['curves'] {
  const records = readMetricsLog(file);
  return Object.fromEntries(
    CURVES.map((name) => [
      name,
      records
        .filter((record) => typeof record[name] === 'number')
        .map((record) => [record.step, Number(Number(record[name]).toPrecision(4))] as const),
    ]),
  );
}

/** The result of an earlier session; undefined where there is none. Throws where it was made with other flags. */
export function knownResult(file: string, flags: readonly string[]): PaperResult | undefined {
  if (!existsSync(file)) return undefined;
  const result = JSON.parse(readFileSync(file, 'utf8')) as PaperResult;
  if (result.flags.join(' ') !== flags.join(' ')) {
    throw new Error(
      `${file} was made with other flags (${result.flags.join(' ')}; now ${flags.join(' ')}): name another --out, or delete it`,
    );
  }
  return result;
}

export interface Summary {
  readonly mean: number;
  /** Sample deviation; undefined of one value. */
  readonly deviation: number | undefined;
  readonly count: number;
}

export function summarise(values: readonly number[]): Summary {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : undefined, count };
}

/** A deviation below this is chance of few seeds. */
const LEAST_DEVIATION = 1.5;

/** Difference to the peer in standard errors; those of the larger deviation of the two. */
export function distanceToPeer(own: Summary, { peer }: PaperRow): number | undefined {
  if (!peer) return undefined;
  const other = summarise(peer.pck);
  const deviation = Math.max(LEAST_DEVIATION, own.deviation ?? 0, other.deviation ?? 0);
  const error = deviation * Math.sqrt(1 / own.count + 1 / other.count);
  return Math.abs(own.mean - other.mean) / error;
}
