// The metrics of a run as JSON lines: appended while it trains, on disk for certain once closed, readable at any time.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export type MetricsRecord = Readonly<Record<string, number | string | boolean | null>> & {
  readonly step: number;
};

export interface MetricsLog {
  /** Appends one line. Numbers that are not finite are kept as the words `NaN`, `Infinity`, `-Infinity`. */
  write(record: MetricsRecord): void;
  /** Makes the file durable and closes it. */
  close(): void;
}

export interface MetricsLogOptions {
  /** On resume: records of later steps are cut off, because those steps run again. @default keep all */
  readonly upToStep?: number;
}

/**
 * Opens a log for appending; its folder is made where missing.
 * A last line that a killed process left unfinished is cut off first.
 */
export function openMetricsLog(file: string, options: MetricsLogOptions = {}): MetricsLog {
  const { upToStep = Infinity } = options;
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) cutOff(file, upToStep);
  const fd = openSync(file, 'a');
  return {
    write: (record) => void writeSync(fd, `${JSON.stringify(record, nameNonFinite)}\n`),
    close: () => {
      fsyncSync(fd);
      closeSync(fd);
    },
  };
}

/** All complete records of a log, oldest first. Throws with file and line where a line is not a record. */
export function readMetricsLog(file: string): MetricsRecord[] {
  return completeLines(readFileSync(file, 'utf8'), file).map(({ record }) => record);
}

/** Replaces the file in one rename, and only where something has to go. */
function cutOff(file: string, upToStep: number): void {
  const text = readFileSync(file, 'utf8');
  const kept = completeLines(text, file)
    .filter(({ record }) => record.step <= upToStep)
    .map(({ line }) => `${line}\n`)
    .join('');
  if (kept === text) return;
  writeFileSync(`${file}.tmp`, kept, { flush: true });
  renameSync(`${file}.tmp`, file);
}

/** A line counts once its newline is there: what follows the last one was being written. */
function completeLines(text: string, file: string): { line: string; record: MetricsRecord }[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      try {
        return { line, record: JSON.parse(line, reviveNonFinite) as MetricsRecord };
      } catch (cause) {
        throw new Error(
          `Expected a JSON record in ${file}, line ${index + 1}, got: ${line.slice(0, 80)}`,
          { cause },
        );
      }
    });
}

function nameNonFinite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function reviveNonFinite(_key: string, value: unknown): unknown {
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : value;
}
