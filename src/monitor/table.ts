// A results table as aligned text for the terminal.
import { cellText, type Column, type Row } from './column.ts';

/** Lines without a trailing newline: titles, a rule, one line a row; numbers to the right, text to the left. */
export function formatTable(columns: readonly Column[], rows: readonly Row[]): string {
  const texts = rows.map((row) => columns.map((column) => cellText(column, row[column.key])));
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...texts.map((cells) => cells[i]!.length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const isNumber = columns[i]!.digits !== undefined;
        return isNumber ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(columns.map(({ title }) => title)), rule, ...texts.map(line)].join('\n');
}
