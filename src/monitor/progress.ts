// Progress of a long run on stderr: one line that redraws itself on a terminal, a plain line now and then elsewhere.
import { durationText } from './duration.ts';

export interface ProgressOptions {
  /** Stands in front: `train single`. */
  readonly label: string;
  /** Items in all; without it neither percentage nor time left are shown. Looked at for every line, so it may come late. */
  readonly total?: number | undefined;
  /** Name of the items. @default 'steps' */
  readonly unit?: string;
  /** Items that were done before, on resume. @default 0 */
  readonly done?: number;
  /** Milliseconds of a clock that never goes back, such as `performance.now`. */
  readonly clock: () => number;
  readonly stream: ProgressStream;
  /** Milliseconds between plain lines where the stream is no terminal. @default 10000 */
  readonly plainEvery?: number;
}

/** What is used of process.stderr. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Progress {
  /** Says how many items are done by now; `detail` is shown at the end of the line. */
  update(done: number, detail?: string): void;
  /** A line of its own that stays, such as an alarm. */
  note(line: string): void;
  /** Shows the last state and leaves the line. Later calls do nothing. */
  finish(): void;
}

/** Milliseconds between redraws on a terminal. */
const REDRAW = 100;
/** The rate is that of about the last ten seconds. */
const WINDOW = 10_000;

export function createProgress(options: ProgressOptions): Progress {
  const { clock, stream, done: first = 0, plainEvery = 10_000 } = options;
  const isTerminal = stream.isTTY === true;
  const every = isTerminal ? REDRAW : plainEvery;
  const start = clock();
  // One sample a redraw, so at most WINDOW / REDRAW of them.
  const samples = [{ at: start, done: first }];
  let current = { at: start, done: first, detail: '' };
  let shown: { at: number; done: number; detail: string } | undefined;
  let isFinished = false;

  const show = () => {
    const oldest = samples[0]!;
    const seconds = (current.at - oldest.at) / 1000;
    const rate = seconds > 0 ? (current.done - oldest.done) / seconds : 0;
    const line = progressLine(options, current, rate, current.at - start);
    stream.write(isTerminal ? `\r${fit(line, stream.columns)}\x1b[K` : `${line}\n`);
    shown = current;
    samples.push({ at: current.at, done: current.done });
    while (samples.length > 2 && samples[1]!.at <= current.at - WINDOW) samples.shift();
  };

  return {
    update: (done, detail = '') => {
      if (isFinished) return;
      current = { at: clock(), done, detail };
      if (current.at - (shown?.at ?? start) >= every) show();
    },
    note: (line) => {
      stream.write(isTerminal ? `\r\x1b[K${line}\n` : `${line}\n`);
      if (isTerminal && shown !== undefined && !isFinished) show();
    },
    finish: () => {
      if (isFinished) return;
      isFinished = true;
      if (shown !== current) show();
      if (isTerminal) stream.write('\n');
    },
  };
}

function progressLine(
  { label, total, unit = 'steps' }: ProgressOptions,
  { done, detail }: { readonly done: number; readonly detail: string },
  rate: number,
  elapsed: number,
): string {
  const parts = [`${label}: ${done}${total === undefined ? '' : `/${total}`} ${unit}`];
  if (total !== undefined && total > 0) parts.push(`${Math.floor((100 * done) / total)} %`);
  if (rate > 0) parts.push(`${rate < 10 ? rate.toFixed(1) : rate.toFixed(0)}/s`);
  if (total !== undefined && done >= total) parts.push(`took ${durationText(elapsed)}`);
  else if (total !== undefined && rate > 0)
    parts.push(`${durationText(((total - done) / rate) * 1000)} left`);
  if (detail !== '') parts.push(detail);
  return parts.join(' · ');
}

function fit(line: string, columns: number | undefined): string {
  if (columns === undefined || line.length < columns) return line;
  return `${line.slice(0, Math.max(0, columns - 2))}…`;
}
