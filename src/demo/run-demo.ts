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
  /** Which engine; passed on. */
  readonly engineFlags: readonly string[];
  /** Of the engine, over all runs at a time. */
  readonly threads: number;
}

export interface DemoHooks {
  /** Runs `heatstream ARGS --json` and returns what it printed; `prefix` stands before its lines of progress. */
  command(args: readonly string[], prefix?: string): Promise<unknown>;
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
  const scored = await scoreAll(runs, options, hooks);
  const rows = scored.map(({ row }) => row);
  const { pckProtocol, apProtocol } = scored[0]!.scores;
  const protocol = [
    pckProtocol,
    apProtocol,
    `${options.labelled} labelled, ${options.unlabelled} unlabelled, ${options.test} test figures, seed ${seed}, ${steps} steps, recipe peer, model tiny, last step`,
  ];
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

interface Scored {
  readonly row: DemoRow;
  readonly scores: EvalResult;
}

/**
 * The supervised run with all threads; then the others, which do not need each other, two at a time with half of the
 * threads each: two steps with one thread are done sooner than one after the other with two.
 * @returns in the order of `runs`
 */
async function scoreAll(
  [baseline, ...others]: readonly DemoRun[],
  options: DemoOptions,
  hooks: DemoHooks,
): Promise<Scored[]> {
  const { steps, threads } = options;
  const lanes = Math.min(2, threads);
  const score = async (run: DemoRun, share: number): Promise<Scored> => {
    hooks.say(`\n${run.method} ${run.regime}, ${steps} steps, threads: ${share}`);
    const prefix = share < threads ? `${run.regime} ` : undefined;
    const engine = [...options.engineFlags, '--threads', String(share), '--json'];
    const train = await hooks.command([...trainFlags(run, options), ...engine], prefix);
    const scores = (await hooks.command([...evalFlags(run, options), ...engine])) as EvalResult;
    return { row: demoRow(run, train as TrainResult, scores, share), scores };
  };
  const first = await score(baseline!, threads);
  const done = new Map<DemoRun, Scored>();
  const waiting = [...others];
  const lane = async () => {
    for (let run = waiting.shift(); run; run = waiting.shift())
      done.set(run, await score(run, Math.floor(threads / lanes)));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return [first, ...others.map((run) => done.get(run)!)];
}

function trainFlags({ name, method, regime, flags }: DemoRun, options: DemoOptions): string[] {
  const { dir, seed, steps } = options;
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
  ];
}

function evalFlags({ name }: DemoRun, { dir }: DemoOptions): string[] {
  return [
    'eval',
    join(dir, 'runs', name),
    ...['--labels', join(dir, 'test.coco.json'), '--images', join(dir, 'images')],
    ...['--cache', join(dir, 'cache.sqlite')],
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
