// The parts of a report as HTML: results, curves, rows of pictures, notes, protocol.
import { cellText, type Column, type Row } from './column.ts';
import { escapeHtml } from './html.ts';
import { lineChart } from './line-chart.ts';
import { REPORT_STYLE } from './report-style.ts';
import type { FigureRow, Report } from './report-data.ts';

/** The whole document. */
export function reportHtml(report: Report, columns: readonly Column[]): string {
  const { title, summary, rows, curves = [], figures = [], notes = [], protocol = [] } = report;
  const names = [...new Set(curves.flatMap((group) => group.curves.map(({ name }) => name)))];
  const parts = [
    `<header><h1>${escapeHtml(title)}</h1>${summary === undefined ? '' : `<p>${escapeHtml(summary)}</p>`}</header>`,
    section('Results', rows.length > 0, resultTable(rows, columns)),
    section(
      'Training',
      curves.length > 0,
      `<div class="charts">${curves.map((group) => `<div class="card"><h3>${escapeHtml(group.title)}</h3>${lineChart(group, names)}</div>`).join('')}</div>`,
    ),
    section('What the networks see', figures.length > 0, figures.map(figureRow).join('')),
    section('Notes', notes.length > 0, list(notes)),
    section('Protocol', protocol.length > 0, list(protocol)),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
${parts.filter((part) => part !== '').join('\n')}
</main>
</body>
</html>
`;
}

function section(title: string, isThere: boolean, content: string): string {
  if (!isThere) return '';
  const id = title.toLowerCase().replaceAll(' ', '-');
  return `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
}

function resultTable(rows: readonly Row[], columns: readonly Column[]): string {
  const shown = columns.filter(({ key }) => rows.some((row) => row[key] !== undefined));
  const head = shown
    .map((c) => `<th scope="col"${numberClass(c)}>${escapeHtml(c.title)}</th>`)
    .join('');
  const body = rows
    .map((row) => `<tr>${shown.map((c, i) => cell(c, row, i === 0)).join('')}</tr>`)
    .join('');
  const hints = shown.flatMap((c) =>
    c.hint === undefined ? [] : [`<li><b>${escapeHtml(c.title)}</b>: ${escapeHtml(c.hint)}</li>`],
  );
  const below = hints.length === 0 ? '' : `<ul class="hints">${hints.join('')}</ul>`;
  return `<div class="card"><div class="scroll" tabindex="0" role="region" aria-label="Results"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>${below}</div>`;
}

function cell(column: Column, row: Row, isFirst: boolean): string {
  const value = row[column.key];
  const text = escapeHtml(cellText(column, value));
  if (isFirst) return `<th scope="row">${text}</th>`;
  if (column.full === undefined || typeof value !== 'number' || !Number.isFinite(value)) {
    return `<td${numberClass(column)}>${text}</td>`;
  }
  const part = Math.min(1, Math.max(0, value / column.full)).toFixed(3);
  return `<td class="number bar" style="--part:${part}">${text}</td>`;
}

function numberClass({ digits }: Column): string {
  return digits === undefined ? '' : ' class="number"';
}

function figureRow({ caption, pictures }: FigureRow): string {
  const items = pictures.map(({ caption: text, image }) => {
    const type = image[0] === 0x89 ? 'png' : 'jpeg';
    return `<li><figure><img alt="${escapeHtml(`${text}, ${caption}`)}" src="data:image/${type};base64,${Buffer.from(image).toString('base64')}"><figcaption>${escapeHtml(text)}</figcaption></figure></li>`;
  });
  return `<div class="card figures"><h3>${escapeHtml(caption)}</h3><ol>${items.join('')}</ol></div>`;
}

function list(lines: readonly string[]): string {
  return `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`;
}
