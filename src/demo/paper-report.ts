// The paper's table as Markdown and as a report with curves.
import type { Column, Row } from '../monitor/column.ts';
import type { CurveGroup } from '../monitor/line-chart.ts';
import { distanceToPeer, summarise, type PaperResult, type Summary } from './paper-result.ts';
import type { PaperRow } from './paper-rows.ts';

export const PAPER_COLUMNS: readonly Column[] = [
  { key: 'method', title: 'method' },
  { key: 'seeds', title: 'seeds' },
  { key: 'each', title: 'PCK@0.2 each' },
  { key: 'pck', title: 'mean', digits: 1, full: 100 },
  { key: 'deviation', title: '± s', digits: 1 },
  { key: 'ensemble', title: 'ensemble', digits: 1 },
  { key: 'peak', title: 'peak', digits: 3 },
  { key: 'alarm', title: 'alarm at step' },
  { key: 'stepMs', title: 'ms a step', digits: 0 },
  { key: 'minutes', title: 'minutes', digits: 1 },
  { key: 'peer', title: 'peer: mean (n)' },
  { key: 'peerPeak', title: 'peer: peak', digits: 3 },
  {
    key: 'peerMs',
    title: 'peer: ms a step',
    digits: 0,
    hint: 'on another machine: a ratio needs both programs side by side on one',
  },
  {
    key: 'distance',
    title: 'distance',
    digits: 1,
    hint: 'of the two means, in standard errors; the deviation is the larger of both, at least 1.5',
  },
];

const finite = (values: readonly (number | null | undefined)[]): number[] =>
  values.filter((value) => value !== null && value !== undefined);
const meanOf = (values: readonly number[]) => (values.length > 0 ? summarise(values).mean : null);

/** @param comparesToPeer on other data than the peer's figures its numbers mean nothing */
export function tableRow(
  row: PaperRow,
  results: readonly PaperResult[],
  comparesToPeer: boolean,
): Row {
  const own: Summary = summarise(results.map(({ pck }) => pck));
  const ensembles = results.map(
    ({ networks }) => networks?.find(({ network }) => network === 'ensemble')?.pck,
  );
  const { peer } = row;
  return {
    method: row.title,
    seeds: results.map(({ seed }) => seed).join(' '),
    each: results.map(({ pck }) => pck.toFixed(1)).join(' '),
    pck: own.mean,
    deviation: own.deviation ?? null,
    ensemble: meanOf(finite(ensembles)),
    peak: meanOf(finite(results.map(({ peak }) => peak))),
    alarm: results.map(({ collapse }) => collapse ?? '–').join(' '),
    stepMs: meanOf(finite(results.map(({ stepMs }) => stepMs))),
    minutes: results.reduce((sum, { minutes }) => sum + minutes, 0),
    ...(comparesToPeer &&
      peer && {
        peer: `${summarise(peer.pck).mean.toFixed(1)} (${peer.pck.length})`,
        peerPeak: meanOf(peer.peak),
        peerMs: peer.stepMs,
        distance: distanceToPeer(own, row) ?? null,
      }),
  };
}

/** A GitHub table; columns without entries are left out. */
export function markdownTable(columns: readonly Column[], rows: readonly Row[]): string {
  const shown = columns.filter(({ key }) =>
    rows.some((row) => row[key] !== undefined && row[key] !== null),
  );
  const text = ({ key, digits }: Column, row: Row) => {
    const value = row[key];
    if (value === undefined || value === null) return '–';
    return typeof value === 'number' && digits !== undefined
      ? value.toFixed(digits)
      : String(value);
  };
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(shown.map(({ title }) => title)),
    line(shown.map(() => '---')),
    ...rows.map((row) => line(shown.map((column) => text(column, row)))),
  ].join('\n');
}

/** Learning and peak curves, a chart a group of rows; of each row the first seed. */
export function paperCurves(
  rows: readonly PaperRow[],
  resultsOf: (row: PaperRow) => readonly PaperResult[],
): CurveGroup[] {
  const charts = [
    ['Mean peak on unlabelled pictures', 'studentPeak'],
    ['PCK@0.2 on labelled people, easy view', 'easyPck'],
    ['Supervised loss', 'supervised'],
  ] as const;
  const groups = [...Map.groupBy(rows, ({ group }) => group)];
  return charts
    .flatMap(([title, metric]) =>
      groups.map(([group, members]) => ({
        title: `${title}: ${group}`,
        curves: members
          .map((row) => ({
            name: row.name,
            points: (resultsOf(row)[0]?.curves[metric] ?? []).map(([step, value]) => ({
              step,
              value,
            })),
          }))
          .filter(({ points }) => points.some(({ value }) => value > 0)),
      })),
    )
    .filter(({ curves }) => curves.length > 0);
}
