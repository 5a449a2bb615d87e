// The paper's table: rows x seeds as runs of the command line, several at a time; what is finished is not run again.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MODEL_FILE } from '../stages/model-file.ts';
import { finishedRow, runName, runRow } from './experiment-row.ts';
import type { ExperimentHooks, ExperimentOptions } from './experiment-options.ts';
import type { PaperResult } from './paper-result.ts';
import type { PaperRow } from './paper-rows.ts';
import { writePaper } from './write-paper.ts';

interface Job {
  readonly row: PaperRow;
  readonly seed: number;
}

/** Writes table, curves and report. @returns one result a row and seed, in their order; of those that are finished where nothing is to run */
export async function runExperiment(
  options: ExperimentOptions,
  hooks: ExperimentHooks,
): Promise<readonly PaperResult[]> {
  const { rows, seeds, out, lanes } = options;
  await mkdir(out, { recursive: true });
  const jobs = seeds.flatMap((seed) => rows.map((row) => ({ row, seed })));
  const done = new Map<string, PaperResult>();
  const waiting: Job[] = [];
  for (const job of jobs) {
    const known = finishedRow(job.row, job.seed, options);
    if (known) done.set(runName(job.row.name, job.seed), known);
    else waiting.push(job);
  }
  for (const [key, { pck }] of done) hooks.say(`${key}: PCK ${pck.toFixed(1)}, done before`);
  if (lanes > 0) {
    waiting.unshift(...lostLabellers(jobs, waiting, done, options.dir));
    await runAll(waiting, done, options, hooks);
  }
  const results = jobs.flatMap(({ row, seed }) => done.get(runName(row.name, seed)) ?? []);
  await writePaper(results, options, hooks);
  return results;
}

/** Finished runs whose model is gone, although a run that is still to do learns from it: they are run again. */
function lostLabellers(
  jobs: readonly Job[],
  waiting: readonly Job[],
  done: Map<string, PaperResult>,
  dir: string,
): Job[] {
  const needed = new Set(
    waiting.flatMap(({ row: { teacher }, seed }) =>
      teacher === undefined ? [] : [runName(teacher, seed)],
    ),
  );
  return jobs.filter(({ row, seed }) => {
    const key = runName(row.name, seed);
    const isLost =
      needed.has(key) && done.has(key) && !existsSync(join(dir, 'runs', key, MODEL_FILE));
    if (isLost) done.delete(key);
    return isLost;
  });
}

/** A row waits for its labeller; meanwhile its lane takes another one. */
async function runAll(
  waiting: Job[],
  done: Map<string, PaperResult>,
  options: ExperimentOptions,
  hooks: ExperimentHooks,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const lane = async () => {
    while (waiting.length > 0) {
      const at = waiting.findIndex(
        ({ row, seed }) => row.teacher === undefined || done.has(runName(row.teacher, seed)),
      );
      if (at < 0) {
        await Promise.race(running);
        continue;
      }
      const [{ row, seed }] = waiting.splice(at, 1) as [Job];
      const run = runRow(row, seed, options, hooks).then((result) => {
        done.set(runName(row.name, seed), result);
        running.delete(run);
      });
      running.add(run);
      await run;
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
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
