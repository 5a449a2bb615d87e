// One row and seed of an experiment: a training and an evaluation by the command line, kept as a JSON file.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../stages/atomic-file.ts';
import type { ExperimentHooks, ExperimentOptions } from './experiment-options.ts';
import { curvesOf, knownResult, type PaperResult } from './paper-result.ts';
import type { PaperRow } from './paper-rows.ts';

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

/** What the run of a row and seed is called: its folder, its result, its place in the schedule. */
export const runName = (row: string, seed: number): string => `${row}-s${seed}`;

/** The result of an earlier session; undefined where there is none. Throws where it was made with other flags. */
export const finishedRow = (
  row: PaperRow,
  seed: number,
  { out, shared }: Pick<ExperimentOptions, 'out' | 'shared'>,
): PaperResult | undefined => knownResult(fileOf(out, row, seed), flagsOf(row, seed, shared));

/** A run that was cut short goes on from its checkpoint. */
export async function runRow(
  row: PaperRow,
  seed: number,
  options: ExperimentOptions,
  hooks: ExperimentHooks,
): Promise<PaperResult> {
  const { dir, out, shared, trainData, testData, engineFlags } = options;
  const start = hooks.now();
  const name = runName(row.name, seed);
  const run = join(dir, 'runs', name);
  const common = ['--cache', join(dir, 'cache.sqlite'), ...engineFlags, '--json', '--quiet'];
  const { teacher } = row;
  const train = (await hooks.command([
    'train',
    ...trainData,
    ...row.flags,
    ...shared,
    ...(teacher === undefined ? [] : ['--teacher', join(dir, 'runs', runName(teacher, seed))]),
    ...['--seed', String(seed), '--run', run],
    ...(existsSync(join(run, 'config.json')) ? ['--resume'] : []),
    ...common,
  ])) as TrainOutput;
  const scores = (await hooks.command(['eval', run, ...testData, ...common])) as EvalOutput;
  const of = (network: string) => scores.networks?.find((one) => one.network === network)?.pck;
  const result: PaperResult = {
    row: row.name,
    seed,
    flags: flagsOf(row, seed, shared),
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
  await writeFileAtomic(fileOf(out, row, seed), `${JSON.stringify(result)}\n`);
  hooks.say(
    `${name}: PCK ${result.pck.toFixed(1)}, peak ${result.peak?.toFixed(3) ?? '–'}, ${result.minutes.toFixed(1)} minutes`,
  );
  return result;
}

/** Of `train`, without data and folders. */
const flagsOf = (row: PaperRow, seed: number, shared: readonly string[]): string[] => [
  ...row.flags,
  ...shared,
  ...(row.teacher === undefined ? [] : ['--teacher', runName(row.teacher, seed)]),
];

const fileOf = (out: string, row: PaperRow, seed: number): string =>
  join(out, `${runName(row.name, seed)}.json`);
