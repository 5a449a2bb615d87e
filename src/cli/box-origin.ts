// Where a box came from, for a terminal.
import { shown } from './shown.ts';

/** `given people.json`, `detector:4f0c…`, `whole-image`. A digest is cut to its first 12 digits. */
export function boxOrigin(source: string, madeBy: string): string {
  // Names of detectors and teachers say the source themselves.
  if (madeBy.startsWith(`${source}:`)) return madeBy.slice(0, source.length + 1 + 12);
  return madeBy === '' ? source : `${source} ${shown(madeBy)}`;
}
