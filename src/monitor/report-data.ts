// What a report is made of.
import type { Column, Row } from './column.ts';
import type { CurveGroup } from './line-chart.ts';

export interface Report {
  readonly title: string;
  /** One or two sentences under the title: what the reader should take away. */
  readonly summary?: string;
  readonly rows: readonly Row[];
  /** Columns in which no row has an entry are left out. @default RESULT_COLUMNS */
  readonly columns?: readonly Column[];
  readonly curves?: readonly CurveGroup[];
  readonly figures?: readonly FigureRow[];
  readonly notes?: readonly string[];
  /** What has to be known to repeat the numbers: data, seeds, recipe, sigmas, versions, machine. */
  readonly protocol?: readonly string[];
}

export interface FigureRow {
  readonly caption: string;
  readonly pictures: readonly ReportPicture[];
}

export interface ReportPicture {
  readonly caption: string;
  /** JPEG or PNG file. */
  readonly image: Uint8Array;
}
