// The demo: renders figures, then trains and scores on them through the command line, and writes table and report.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RESULT_COLUMNS } from '../monitor/column.ts';
import type { CurveGroup } from '../monitor/line-chart.ts';
import { readMetricsLog } from '../monitor/metrics-log.ts';
import type { FigureRow } from '../monitor/report-data.ts';
import { writeReport } from '../monitor/report.ts';
import { formatTable } from '../monitor/table.ts';
import { renderFigures } from './figures.ts';
import {
  demoRow,
  demoRuns,
  verdicts,
  type DemoRow,
  type DemoRun,
  type EvalResult,
  type TrainResult,
} from './rows.ts';

export interface DemoOptions {
  readonly dir: string;
  readonly seed: number;
  readonly steps: number;
  readonly labelled: number;
  readonly unlabelled: number;
  readonly test: number;
  readonly all: boolean;
  /** Flags for the engine, passed on. */
  readonly engineFlags: readonly string[];
}

export interface DemoHooks {
  /** Runs `heatstream ARGS --json` and returns what it printed. */
  command(args: readonly string[]): Promise<unknown>;
  say(line: string): void;
  /** Pictures of what the model in a run folder sees, for the report. */
  showcase(run: string, pictures: string): Promise<FigureRow[]>;
  /** Milliseconds. */
  now(): number;
}

export interface DemoResult {
  readonly rows: readonly DemoRow[];
  readonly report: string;
}

export async function runDemo(options: DemoOptions, hooks: DemoHooks): Promise<DemoResult> {
  const { dir, seed, steps } = options;
  const start = hooks.now();
  hooks.say(
    `rendering ${options.labelled} labelled, ${options.unlabelled} unlabelled and ${options.test} test figures into ${dir}`,
  );
  await renderFigures({ out: dir, ...options });
  const folder = join(dir, 'runs');
  await rm(folder, { recursive: true, force: true });

  const runs = demoRuns(folder, options);
  const rows: DemoRow[] = [];
  let protocol: string[] = [];
  for (const run of runs) {
    hooks.say(`\n${run.method} ${run.regime}, ${steps} steps`);
    const train = (await hooks.command(trainFlags(run, options))) as TrainResult;
    const scores = (await hooks.command(evalFlags(run, options))) as EvalResult;
    rows.push(demoRow(run, train, scores));
    protocol = [
      scores.pckProtocol,
      scores.apProtocol,
      `${options.labelled} labelled, ${options.unlabelled} unlabelled, ${options.test} test figures, seed ${seed}, ${steps} steps, recipe peer, model tiny, last step`,
    ];
  }
  const sentences = verdicts(rows);
  const report = join(dir, 'report.html');
  await writeReport(report, {
    title: 'heatstream demo',
    summary: `The same ${options.labelled} labels and ${steps} steps, with and without ${options.unlabelled} unlabelled pictures.`,
    rows,
    curves: curves(runs, folder),
    figures: await hooks.showcase(join(folder, 'single-online'), join(dir, 'images', 'unlabeled')),
    notes: sentences,
    protocol,
  });
  hooks.say(`\n${formatTable(RESULT_COLUMNS, rows)}\n`);
  for (const line of [...sentences, ...protocol]) hooks.say(line);
  hooks.say(`report: ${report}, ${((hooks.now() - start) / 60_000).toFixed(1)} minutes`);
  return { rows, report };
}

function trainFlags({ name, method, regime, flags }: DemoRun, options: DemoOptions): string[] {
  const { dir, seed, steps, engineFlags } = options;
  return [
    'train',
    ...['--labels', join(dir, 'labeled.coco.json'), '--images', join(dir, 'images')],
    ...[
      '--unlabeled',
      join(dir, 'images', 'unlabeled'),
      '--boxes',
      join(dir, 'unlabeled.coco.json'),
    ],
    ...['--method', method, '--regime', regime, '--model', 'tiny', '--recipe', 'peer'],
    ...['--steps', String(steps), '--seed', String(seed)],
    ...['--cache', join(dir, 'cache.sqlite'), '--run', join(dir, 'runs', name)],
    ...flags,
    ...engineFlags,
    '--json',
  ];
}

function evalFlags({ name }: DemoRun, { dir, engineFlags }: DemoOptions): string[] {
  return [
    'eval',
    join(dir, 'runs', name),
    ...['--labels', join(dir, 'test.coco.json'), '--images', join(dir, 'images')],
    ...['--cache', join(dir, 'cache.sqlite')],
    ...engineFlags,
    '--json',
  ];
}

function curves(runs: readonly DemoRun[], folder: string): CurveGroup[] {
  const group = (title: string, key: string): CurveGroup => ({
    title,
    curves: runs
      .map(({ name }) => ({
        name,
        points: readMetricsLog(join(folder, name, 'metrics.jsonl')).map((record) => ({
          step: record.step,
          value: Number(record[key]),
        })),
      }))
      .filter(({ points }) => points.some(({ value }) => value > 0)),
  });
  return [
    group('Supervised loss', 'supervised'),
    group('Consistency loss', 'consistency'),
    group('Mean peak of the student on unlabelled pictures', 'studentPeak'),
  ];
}
