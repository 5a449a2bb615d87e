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

/** Of the supervised run's steps, how many it makes before others run beside it: then two lanes end at about the same time. */
const ALONE = 5 / 6;

/**
 * Trains and scores, two things at a time with half of the threads each: two steps with one thread are done sooner than one
 * after the other with two. The supervised run, which others start from, makes most of its steps alone with all threads.
 * @returns in the order of `runs`
 */
async function scoreAll(
  runs: readonly DemoRun[],
  options: DemoOptions,
  hooks: DemoHooks,
): Promise<Scored[]> {
  const { steps, threads } = options;
  const lanes = Math.min(2, threads);
  const share = Math.floor(threads / lanes);
  const alone = lanes === 1 ? steps : Math.round(ALONE * steps);
  const command = (args: readonly string[], count: number, run: DemoRun) => {
    const engine = [...options.engineFlags, '--threads', String(count), '--json'];
    return hooks.command([...args, ...engine], count < threads ? `${run.name} ` : undefined);
  };
  const train = async (run: DemoRun, count: number, part = '', flags: readonly string[] = []) => {
    hooks.say(`\n${run.method} ${run.regime}, ${part}${steps} steps, threads: ${count}`);
    return (await command([...trainFlags(run, options), ...flags], count, run)) as TrainResult;
  };
  const scored = new Map<DemoRun, Scored>();
  const score = async (run: DemoRun, trained: TrainResult, count: number) => {
    const scores = (await command(evalFlags(run, options), share, run)) as EvalResult;
    scored.set(run, { row: demoRow(run, trained, scores, count), scores });
  };

  const [baseline, next, ...others] = runs as readonly [DemoRun, ...DemoRun[]];
  const first =
    alone < steps
      ? await train(baseline, threads, `${alone} of `, ['--stop-at', String(alone)])
      : await train(baseline, threads);
  const whole = Promise.withResolvers<TrainResult>();
  const waiting = [
    ...(next ? [async () => score(next, await train(next, share), share)] : []),
    async () => {
      const last =
        alone < steps ? await train(baseline, share, 'the rest of ', ['--resume']) : first;
      // The pace is that of the part with all threads.
      const { stepMs, imagesPerSecond } = first;
      whole.resolve({
        ...last,
        ...(stepMs && { stepMs }),
        ...(imagesPerSecond && { imagesPerSecond }),
      });
    },
    ...others.map((run) => async () => {
      await whole.promise;
      await score(run, await train(run, share), share);
    }),
    async () => score(baseline, await whole.promise, threads),
  ];
  const lane = async () => {
    for (let task = waiting.shift(); task; task = waiting.shift()) await task();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return runs.map((run) => scored.get(run)!);
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
