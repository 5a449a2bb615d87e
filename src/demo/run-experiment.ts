// The paper's table: rows x seeds as runs of the command line, several at a time; what is finished is not run again.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FigureRow } from '../monitor/report-data.ts';
import { writeReport } from '../monitor/report.ts';
import { formatTable } from '../monitor/table.ts';
import { writeFileAtomic } from '../stages/atomic-file.ts';
import { markdownTable, PAPER_COLUMNS, paperCurves, tableRow } from './paper-report.ts';
import { curvesOf, knownResult, type PaperResult } from './paper-result.ts';
import type { PaperRow } from './paper-rows.ts';

export interface ExperimentOptions {
  readonly rows: readonly PaperRow[];
  readonly seeds: readonly number[];
  /** Flags of `train` that all rows share: recipe, model, steps. */
  readonly shared: readonly string[];
  /** Flags that name the training data, and those of the test set. */
  readonly trainData: readonly string[];
  readonly testData: readonly string[];
  /** Runs and cache; may be thrown away. */
  readonly dir: string;
  /** Results, table and report. */
  readonly out: string;
  /** Runs at a time. */
  readonly lanes: number;
  readonly engineFlags: readonly string[];
  /** Data and machine, in words. */
  readonly protocol: readonly string[];
  readonly comparesToPeer: boolean;
}

export interface ExperimentHooks {
  /** Runs `heatstream ARGS` and returns the JSON that it printed. */
  command(args: readonly string[]): Promise<unknown>;
  say(line: string): void;
  /** What the model in a run folder sees, for the report. */
  showcase(run: string): Promise<FigureRow[]>;
  /** Milliseconds. */
  now(): number;
}

/** What `train --json` and `eval --json` print, as far as a result needs it. */
interface TrainOutput {
  readonly peak?: number;
  readonly stepMs?: number;
  readonly collapse?: { readonly step: number };
}
interface EvalOutput {
  readonly pck: number;
  readonly ap: number;
  readonly networks?: readonly { readonly network: string; readonly pck: number }[];
}

/** @returns one result a row and seed, in their order */
export async function runExperiment(
  options: ExperimentOptions,
  hooks: ExperimentHooks,
): Promise<readonly PaperResult[]> {
  const { rows, seeds, out, lanes } = options;
  await mkdir(out, { recursive: true });
  const wanted = seeds.flatMap((seed) => rows.map((row) => ({ row, seed })));
  const done = new Map<string, Promise<PaperResult>>();
  const waiting = [...wanted];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { row, seed } = next;
      const teacher = row.teacher === undefined ? undefined : done.get(`${row.teacher} ${seed}`);
      // The labeller stands earlier in the list, perhaps in another lane: it may still be running.
      const running = (teacher ?? Promise.resolve()).then(() => runRow(row, seed, options, hooks));
      done.set(`${row.name} ${seed}`, running);
      await running;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const results = await Promise.all([...done.values()]);
  const ordered = wanted.map(({ row, seed }) =>
    results.find((r) => r.row === row.name && r.seed === seed)!,
  );
  await writeResults(ordered, options, hooks);
  return ordered;
}

async function runRow(
  row: PaperRow,
  seed: number,
  options: ExperimentOptions,
  hooks: ExperimentHooks,
): Promise<PaperResult> {
  const { dir, out, shared, trainData, testData, engineFlags } = options;
  const name = `${row.name}-s${seed}`;
  const teacher = row.teacher === undefined ? [] : ['--teacher', `${row.teacher}-s${seed}`];
  const flags = [...row.flags, ...shared, ...teacher];
  const file = join(out, `${name}.json`);
  const known = knownResult(file, flags);
  if (known) {
    hooks.say(`${name}: PCK ${known.pck.toFixed(1)}, done before`);
    return known;
  }
  const start = hooks.now();
  const run = join(dir, 'runs', name);
  const common = ['--cache', join(dir, 'cache.sqlite'), ...engineFlags, '--json', '--quiet'];
  const located = teacher.map((part) => (part === '--teacher' ? part : join(dir, 'runs', part)));
  const train = (await hooks.command([
    'train',
    ...trainData,
    ...row.flags,
    ...shared,
    ...located,
    ...['--seed', String(seed), '--run', run],
    ...(existsSync(join(run, 'config.json')) ? ['--resume'] : []),
    ...common,
  ])) as TrainOutput;
  const scores = (await hooks.command(['eval', run, ...testData, ...common])) as EvalOutput;
  const of = (network: string) => scores.networks?.find((one) => one.network === network)?.pck;
  const result: PaperResult = {
    row: row.name,
    seed,
    flags,
    pck: of('student') ?? of('mean') ?? scores.pck,
    ...(scores.networks && {
      networks: scores.networks.map(({ network, pck }) => ({ network, pck })),
    }),
    ap: scores.ap,
    peak: train.peak ?? null,
    stepMs: train.stepMs ?? null,
    minutes: (hooks.now() - start) / 60_000,
    collapse: train.collapse?.step ?? null,
    curves: curvesOf(join(run, 'metrics.jsonl')),
  };
  await writeFileAtomic(file, `${JSON.stringify(result)}\n`);
  hooks.say(
    `${name}: PCK ${result.pck.toFixed(1)}, peak ${result.peak?.toFixed(3) ?? '–'}, ${result.minutes.toFixed(1)} minutes`,
  );
  return result;
}

async function writeResults(
  results: readonly PaperResult[],
  options: ExperimentOptions,
  hooks: ExperimentHooks,
): Promise<void> {
  const { rows, out, dir, protocol, comparesToPeer, seeds } = options;
  const resultsOf = (row: PaperRow) => results.filter((result) => result.row === row.name);
  const table = rows.map((row) => tableRow(row, resultsOf(row), comparesToPeer));
  const shown = rows.map(({ name }) => join(dir, 'runs', `${name}-s${seeds[0]!}`));
  const run = shown.find((folder) => /\/(single|dual)-s/.test(folder) && existsSync(folder));
  await writeFileAtomic(
    join(out, 'table.md'),
    `${markdownTable(PAPER_COLUMNS, table)}\n\n${protocol.map((line) => `- ${line}`).join('\n')}\n`,
  );
  const report = join(out, 'report.html');
  await writeReport(report, {
    title: 'The paper at the scale of a CPU',
    summary: 'Every method with the same labels, pictures and steps; the weights of the last step.',
    columns: PAPER_COLUMNS,
    rows: table,
    curves: paperCurves(rows, resultsOf),
    figures: run === undefined ? [] : await hooks.showcase(run),
    protocol,
  });
  hooks.say(`\n${formatTable(PAPER_COLUMNS, table)}\n`);
  hooks.say(`table: ${join(out, 'table.md')}, report: ${report}`);
}

/** The names of rows, checked. @throws RangeError listing what there is */
export function chooseRows(all: readonly PaperRow[], names: readonly string[]): PaperRow[] {
  const chosen = names.map((name) => {
    const row = all.find((one) => one.name === name);
    if (row) return row;
    const known = all.map((one) => one.name).join(', ');
    throw new RangeError(`Expected each of --rows to be one of ${known}, got \`${name}\``);
  });
  for (const { name, teacher } of chosen) {
    if (teacher !== undefined && !names.includes(teacher)) {
      throw new RangeError(`Expected --rows to hold ${teacher}, the labeller of ${name}`);
    }
  }
  // In the order of the table: labellers come first.
  return all.filter((row) => chosen.includes(row));
}
