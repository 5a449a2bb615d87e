// heatstream ingest DIR…
import { UsageError } from '../config/resolve.ts';
import { createProgress } from '../monitor/progress.ts';
import { ingestFolders, type IngestSummary } from '../pipeline/ingest-folders.ts';
import type { Sampling } from '../stages/video/sampling.ts';
import { INGEST_OPTIONS, type Invocation } from './commands.ts';
import { createRejectList, listenForSignals, optionsOf } from './session.ts';

export async function run(invocation: Invocation): Promise<number> {
  const options = optionsOf(INGEST_OPTIONS, invocation);
  const { flags, positional } = invocation;
  const say = (line: string) => {
    if (!options.quiet) process.stderr.write(`${line}\n`);
  };
  const signals = listenForSignals(() => {
    say('stopping when the pictures in hand are in; once more to stop at once');
  });
  const shown: { total?: number | undefined } = {};
  const progress = createProgress({
    label: 'ingest',
    unit: 'pictures',
    get total() {
      return shown.total;
    },
    clock: () => performance.now(),
    stream: process.stderr,
  });
  try {
    const summary = await ingestFolders(
      {
        ...options,
        pictures: positional,
        labels: flags['labels'] as string | undefined,
        sampling: samplingOf(flags),
        catalogOnly: flags['catalogOnly'] === true,
        prune: flags['prune'] === true,
      },
      {
        signal: signals.drain,
        onReject: createRejectList(options.quiet),
        ...(!options.quiet && {
          onProgress(done: number, total: number | undefined) {
            shown.total = total;
            progress.update(done);
          },
        }),
        onWatch: () => {
          say('watching');
        },
      },
    );
    if (!options.quiet) progress.finish();
    if (options.json) console.log(JSON.stringify(summary));
    else say(describe(summary));
    const interrupted = signals.exitCode;
    if (interrupted !== undefined) return interrupted;
    return options.strict && summary.rejected > 0 ? 3 : 0;
  } finally {
    signals.dispose();
  }
}

function samplingOf({ every, scene }: Invocation['flags']): Sampling | undefined {
  if (every !== undefined && scene !== undefined)
    throw new UsageError('--every and --scene: expected one of them');
  if (scene !== undefined) return { scene: numberIn('--scene', scene, [0, 1]) };
  if (every === undefined) return undefined;
  const frames = numberIn('--every', every, [1, 1e9]);
  if (!Number.isInteger(frames)) throw new UsageError(`--every ${frames}: expected a whole number`);
  return { every: frames };
}

function numberIn(flag: string, value: unknown, [least, most]: readonly [number, number]): number {
  const number = Number(value);
  if (number >= least && number <= most) return number;
  throw new UsageError(`${flag} ${String(value)}: expected a number from ${least} to ${most}`);
}

function describe(summary: IngestSummary): string {
  const { unchanged, read, people, cropsMade, rejected, withoutBox, excluded } = summary;
  const { prunedFiles, prunedPictures, seconds } = summary;
  return [
    `${read} pictures read, ${unchanged} unchanged; ${people} people, ${cropsMade} crops made; took ${seconds.toFixed(1)} s`,
    ...(withoutBox > 0 ? [`${withoutBox} pictures without a box skipped`] : []),
    ...(excluded > 0 ? [`${excluded} pictures excluded`] : []),
    ...(prunedFiles > 0
      ? [`${prunedFiles} files that are gone forgotten, with ${prunedPictures} pictures`]
      : []),
    ...(rejected > 0 ? [`${rejected} quarantined: see \`heatstream quarantine list\``] : []),
  ].join('\n');
}
