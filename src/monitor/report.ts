// Writes the report of a run or of a comparison: one HTML file that needs no script, no network and no other file.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RESULT_COLUMNS } from './column.ts';
import type { Report } from './report-data.ts';
import { reportHtml } from './report-html.ts';

/** Replaces `file` in one rename; its folder is made where missing. */
export async function writeReport(file: string, report: Report): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const html = reportHtml(report, report.columns ?? RESULT_COLUMNS);
  await writeFile(`${file}.tmp`, html, { flush: true });
  await rename(`${file}.tmp`, file);
}
