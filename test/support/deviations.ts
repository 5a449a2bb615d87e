// Notes how far a golden file's numbers were from ours, for the table that `npm run golden:table` prints.
import { appendFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { expect } from 'vitest';
import { goldenRoot } from './golden-root.ts';

/** Appends one line of the table to the file named by HEATSTREAM_DEVIATIONS; without it, does nothing.
 * @param file path of the golden file
 * @param measured largest deviation, in the units of `tolerance`; 0 where equality was checked
 * @param tolerance largest allowed deviation
 * @param what says which numbers of the file, or on which engine, where a file has several lines
 */
export function recordDeviation(
  file: string,
  measured: number,
  tolerance: number,
  what = '',
): void {
  const table = process.env['HEATSTREAM_DEVIATIONS'];
  if (!table) return;
  const inside = relative(goldenRoot, file);
  // What is compared with no file (a round trip) has a name of two parts.
  const path = inside.startsWith('..') ? join(basename(dirname(file)), basename(file)) : inside;
  const name = path.replaceAll(sep, '/');
  appendFileSync(table, `${[name, what, measured, tolerance].join('\t')}\n`);
}

/** Checks a deviation and notes it. */
export function expectWithin(file: string, measured: number, tolerance: number, what = ''): void {
  recordDeviation(file, measured, tolerance, what);
  expect(measured, what).toBeLessThanOrEqual(tolerance);
}
