// heatstream train
import { runTraining } from '../pipeline/run-training.ts';
import type { TrainingSummary } from '../pipeline/training-hooks.ts';
import { createProgress, type Progress } from '../monitor/progress.ts';
import { TRAIN_OPTIONS, type Invocation } from './commands.ts';
import { createRejectList, engineOf, listenForSignals, optionsOf } from './session.ts';

export async function run(invocation: Invocation): Promise<number> {
  const options = optionsOf(TRAIN_OPTIONS, invocation);
  const say = (line: string) => {
    if (!options.quiet) process.stderr.write(`${line}\n`);
  };
  const signals = listenForSignals(() => {
    say('stopping after this step and saving; once more to stop at once');
  });
  let pictures = 0;
  let progress: Progress | undefined;
  try {
    const summary = await runTraining(options, {
      openEngine: async () => {
        const engine = await engineOf(options);
        say(`${options.method} ${options.model} on ${engine.device}`);
        return engine;
      },
      drain: signals.drain,
      abort: signals.abort,
      version: invocation.version,
      now: () => performance.now(),
      onNotice: say,
      onAlarm: (line) => process.stderr.write(`${line}\n`),
      onReject: createRejectList(options.quiet),
      onPicture() {
        pictures += 1;
        if (pictures % 1000 === 0) say(`${pictures} people ingested`);
      },
      onGeneration: (count, step) => {
        say(`${count} new pictures enter at step ${step}`);
      },
      onStep(record, total) {
        if (options.quiet) return;
        progress ??= createProgress({
          label: options.method,
          total,
          done: record.step - 1,
          clock: () => performance.now(),
          stream: process.stderr,
        });
        const { loss, supervised, consistency, studentPeak } = record;
        progress.update(
          record.step,
          `loss ${loss.toPrecision(3)}` +
            (consistency > 0
              ? ` (supervised ${supervised.toPrecision(3)}, consistency ${consistency.toPrecision(3)}) peak ${studentPeak.toFixed(3)}`
              : ''),
        );
      },
    });
    progress?.finish();
    if (options.json) console.log(JSON.stringify(summary));
    else console.log(describe(summary));
    const interrupted = signals.exitCode;
    if (interrupted !== undefined) return interrupted;
    if (summary.collapse && options.onCollapse !== 'warn') return 1;
    return options.strict && summary.rejected > 0 ? 3 : 0;
  } finally {
    signals.dispose();
  }
}

function describe(summary: TrainingSummary): string {
  const { counters } = summary;
  const lines = [
    `${summary.stopped ? 'stopped at' : 'finished'} step ${summary.step}: ${summary.run}`,
    `${summary.labelled} labelled people, pool of ${summary.pool}`,
  ];
  if (summary.withoutBox > 0) lines.push(`${summary.withoutBox} pictures without a box skipped`);
  if (summary.excluded > 0) lines.push(`${summary.excluded} pictures excluded`);
  if (summary.rejected > 0)
    lines.push(`${summary.rejected} items quarantined: heatstream quarantine list`);
  if (summary.stepMs !== undefined) {
    lines.push(
      `${summary.stepMs.toFixed(1)} ms a step, ${(summary.imagesPerSecond ?? 0).toFixed(0)} pictures/s`,
    );
  }
  if (summary.peak !== undefined) lines.push(`mean peak on the pool ${summary.peak.toFixed(3)}`);
  const recalled = counters['target_hits'];
  if (recalled !== undefined || counters['target_misses'] !== undefined) {
    lines.push(
      `targets: ${recalled ?? 0} from the cache, ${counters['targets_taught'] ?? 0} taught in ${counters['teacher_forwards'] ?? 0} forward passes`,
    );
  }
  return lines.join('\n');
}
