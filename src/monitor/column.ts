// What a column of a results table is, and the columns of a comparison of runs.

export type Cell = string | number | null | undefined;

/** One row of a table: cells by column key. Missing, null and non-finite cells are shown as a dash. */
export type Row = Readonly<Record<string, Cell>>;

export interface Column {
  readonly key: string;
  readonly title: string;
  /** Digits after the point; without it the cell is text and aligned left. */
  readonly digits?: number;
  /** Value that fills a bar behind the number in the HTML table. */
  readonly full?: number;
  /** One sentence for the reader of the HTML report. */
  readonly hint?: string;
}

/** Columns of the demo and of every comparison of methods. */
export const RESULT_COLUMNS: readonly Column[] = [
  { key: 'method', title: 'method' },
  { key: 'regime', title: 'regime' },
  {
    key: 'pck',
    title: 'PCK@0.2',
    digits: 1,
    full: 100,
    hint: 'Percent of joints within 0.2 torso lengths (left shoulder to right hip) of the label.',
  },
  {
    key: 'ap',
    title: 'OKS-AP',
    digits: 1,
    full: 100,
    hint: 'COCO keypoint AP in percent; the protocol names the sigmas.',
  },
  {
    key: 'peak',
    title: 'mean peak',
    digits: 3,
    full: 1,
    hint: 'Mean maximum of a heatmap on unlabelled pictures; near 0 means a collapse.',
  },
  { key: 'imagesPerSecond', title: 'images/s', digits: 0, hint: 'Pictures of all views a second.' },
  { key: 'stepMs', title: 'step ms', digits: 1, hint: 'Median of a training step.' },
  {
    key: 'threads',
    title: 'threads',
    digits: 0,
    hint: 'Of the engine; where it has half of them, another run had the others at the same time.',
  },
  { key: 'cacheHits', title: 'cache hits', digits: 0, hint: 'Targets read from SQLite.' },
];

/** The text of a cell, `–` where there is no value. */
export function cellText(column: Column, cell: Cell): string {
  if (cell === null || cell === undefined) return '–';
  if (typeof cell === 'string') return cell;
  if (!Number.isFinite(cell)) return '–';
  return column.digits === undefined ? String(cell) : cell.toFixed(column.digits);
}
