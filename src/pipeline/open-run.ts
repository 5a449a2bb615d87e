// Opens a run in its folder: its row in the database, its metrics log and its counters.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Database } from '../../db/open.ts';
import { retryBusy } from '../../db/retry.ts';
import { count, counters, createRun, findRun, finishRun } from '../../db/runs.ts';
import { UsageError, defaultsOf } from '../config/resolve.ts';
import { openMetricsLog, type MetricsRecord } from '../monitor/metrics-log.ts';
import { writeFileAtomic } from '../stages/atomic-file.ts';
import type { Counters } from '../stages/counters.ts';
import { CONFIG_FILE } from './lock-run.ts';
import type { TrainingOptions } from './training-setup.ts';

/** Options that may change when a run goes on; all others decide what is trained. */
const MAY_CHANGE = new Set([
  ...['resume', 'watch', 'steps', 'stopAt', 'stepsPerCall', 'cropMemory', 'logEvery'],
  ...['checkpointEvery', 'engine', 'provider', 'threads', 'strict', 'quiet', 'json'],
  ...['onCollapse', 'force', 'monitorEvery'],
]);

export interface RunLedger {
  readonly runId: number;
  readonly count: Counters;
  counters(): Record<string, number>;
  log(record: MetricsRecord): void;
  finish(status: 'finished' | 'stopped' | 'failed'): Promise<void>;
}

/** The folder is locked already. @param done steps of the newest checkpoint in the folder, 0 where there is none */
export async function openRun(
  db: Database,
  options: TrainingOptions,
  { version, done }: { readonly version: string; readonly done: number },
): Promise<RunLedger> {
  const folder = resolve(options.run);
  const configFile = join(folder, CONFIG_FILE);
  if (!options.resume && done > 0) {
    throw new UsageError(
      `${options.run} holds a run of ${done} steps already: go on with --resume, or name another --run`,
    );
  }
  // Without --resume, a run that never reached a checkpoint is started over.
  const exists = options.resume;
  if (exists)
    refuseOtherOptions(
      options,
      JSON.parse(await readFile(configFile, 'utf8')) as object,
      configFile,
    );

  const known = exists ? findRun(db, folder) : undefined;
  if (exists && known === undefined) {
    throw new UsageError(
      `${options.cache} knows no run in ${options.run}: name the --cache that it was started with`,
    );
  }
  const config = { ...options, resume: false };
  const runId = await retryBusy(() => {
    if (!known) {
      return createRun(db, { directory: folder, config, codeVersion: version, seed: options.seed });
    }
    finishRun(db, known.id, 'running');
    return known.id;
  });
  if (!exists) await writeFileAtomic(configFile, JSON.stringify(config, null, 2));

  const metrics = openMetricsLog(join(folder, 'metrics.jsonl'), { upToStep: done });
  return {
    runId,
    count(name, by) {
      if (by > 0) count(db, runId, name, by);
    },
    counters: () => counters(db, runId),
    log(record) {
      metrics.write(record);
    },
    async finish(status) {
      metrics.close();
      await retryBusy(() => {
        finishRun(db, runId, status);
      });
    },
  };
}

function refuseOtherOptions(options: TrainingOptions, before: object, file: string): void {
  // Through JSON, so that both sides lost the same things (undefined, Infinity).
  const now = JSON.parse(JSON.stringify(options)) as Record<string, unknown>;
  // An option that the run does not know is newer than the run.
  const then: Record<string, unknown> = { ...defaultsOf(Object.keys(now)), ...before };
  const changed = [...new Set([...Object.keys(now), ...Object.keys(then)])].filter(
    (name) => !MAY_CHANGE.has(name) && JSON.stringify(now[name]) !== JSON.stringify(then[name]),
  );
  if (changed.length > 0) {
    const list = changed.map(
      (name) => `${name}: ${JSON.stringify(then[name])} → ${JSON.stringify(now[name])}`,
    );
    throw new UsageError(`--resume with other options than in ${file}:\n  ${list.join('\n  ')}`);
  }
}
