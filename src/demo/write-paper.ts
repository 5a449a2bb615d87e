// What an experiment leaves: a table in Markdown, curves as pictures, a report.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chartPicture } from '../monitor/chart-picture.ts';
import { writeReport } from '../monitor/report.ts';
import { formatTable } from '../monitor/table.ts';
import { writeFileAtomic } from '../stages/atomic-file.ts';
import type { ExperimentHooks, ExperimentOptions } from './experiment-options.ts';
import { runName } from './experiment-row.ts';
import { markdownTable, PAPER_COLUMNS, paperCurves, tableRow } from './paper-report.ts';
import type { PaperResult } from './paper-result.ts';
import type { PaperRow } from './paper-rows.ts';

/** Rows without a result are left out. */
export async function writePaper(
  results: readonly PaperResult[],
  options: ExperimentOptions,
  hooks: ExperimentHooks,
): Promise<void> {
  const { out, dir, protocol, comparesToPeer, seeds } = options;
  const resultsOf = (row: PaperRow) => results.filter((result) => result.row === row.name);
  const rows = options.rows.filter((row) => resultsOf(row).length > 0);
  const table = rows.map((row) => tableRow(row, resultsOf(row), comparesToPeer));
  const curves = paperCurves(rows, resultsOf);
  await writeFileAtomic(
    join(out, 'table.md'),
    `${markdownTable(PAPER_COLUMNS, table)}\n\n${protocol.map((line) => `- ${line}`).join('\n')}\n`,
  );
  for (const group of curves) {
    const picture = chartPicture(group);
    const name = group.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    if (picture !== undefined) await writeFileAtomic(join(out, 'curves', `${name}.svg`), picture);
  }
  const shown = rows.map(({ name }) => join(dir, 'runs', runName(name, seeds[0]!)));
  const run = shown.find((folder) => /\/(single|dual)-s/.test(folder) && existsSync(folder));
  const report = join(out, 'report.html');
  await writeReport(report, {
    title: 'The paper at the scale of a CPU',
    summary: 'Every method with the same labels, pictures and steps; the weights of the last step.',
    columns: PAPER_COLUMNS,
    rows: table,
    curves,
    figures: run === undefined ? [] : await hooks.showcase(run),
    protocol,
  });
  hooks.say(`\n${formatTable(PAPER_COLUMNS, table)}\n`);
  hooks.say(`table: ${join(out, 'table.md')}, report: ${report}`);
}
