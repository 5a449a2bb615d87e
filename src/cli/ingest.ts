// heatstream ingest DIR…
import { createProgress } from '../monitor/progress.ts';
import { ingestFolders, type IngestSummary } from '../pipeline/ingest-folders.ts';
import { countOf } from '../monitor/count-of.ts';
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
        onDeaf: ({ message }) => {
          say(
            `the file system does not tell every change (${message}); a rescan finds them, within 30 s`,
          );
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

function describe(summary: IngestSummary): string {
  const { unchanged, read, people, cropsMade, rejected, withoutBox, excluded } = summary;
  const { prunedFiles, prunedPictures, seconds } = summary;
  return [
    `${read} pictures read, ${unchanged} unchanged; ${people} people, ${cropsMade} crops made; took ${seconds.toFixed(1)} s`,
    ...(withoutBox > 0
      ? [
          `${countOf(withoutBox, 'picture')} skipped that no --boxes names: with whole-image or detector:FILE.onnx beside it, all are taken`,
        ]
      : []),
    ...(excluded > 0 ? [`${excluded} pictures excluded`] : []),
    ...(prunedFiles > 0
      ? [`${prunedFiles} files that are gone forgotten, with ${prunedPictures} pictures`]
      : []),
    ...(rejected > 0 ? [`${rejected} quarantined: see \`heatstream quarantine list\``] : []),
  ].join('\n');
}
