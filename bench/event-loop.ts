// How long the event loop of a training run is held up: `tiny`, Single, on rendered figures, from the first step to the last, with its
// database, metrics, checkpoints and monitoring. `ours` is the longest delay in ms; the histogram and the resident memory go to stderr.
// HEATSTREAM_BENCH_STEPS=300, HEATSTREAM_BENCH_THREADS=2. There is no peer.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { TRAIN_OPTIONS } from '../src/cli/command-options.ts';
import { resolveOptions } from '../src/config/resolve.ts';
import { renderFigures } from '../src/demo/figures.ts';
import { openEngine } from '../src/engine/choose.ts';
import { runTraining } from '../src/pipeline/run-training.ts';
import type { BenchResult } from './rounds.ts';
import { say } from './say.ts';

const steps = Number(process.env['HEATSTREAM_BENCH_STEPS'] ?? 300);
const threads = Number(process.env['HEATSTREAM_BENCH_THREADS'] ?? 2);
const MEBIBYTE = 2 ** 20;

export async function run(): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'heatstream-bench-'));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const resident: number[] = [];
  try {
    await renderFigures({ out: folder, seed: 0, labelled: 100, unlabelled: 400, test: 0 });
    await runTraining(optionsFor(folder), {
      openEngine: () => openEngine({ name: 'onnxruntime', threads }),
      drain: new AbortController().signal,
      abort: new AbortController().signal,
      version: 'bench',
      now: () => performance.now(),
      onNotice: say,
      onAlarm: say,
      onStep({ step }) {
        // Pictures are in and the step is traced by now.
        if (step === 1) delay.enable();
        if (step % 50 === 0) resident.push(process.memoryUsage.rss() / MEBIBYTE);
        if (step === steps) delay.disable();
      },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
  const ms = (nanoseconds: number) => nanoseconds / 1e6;
  for (const part of [50, 90, 99, 99.9])
    say(`${part} % of ${delay.count} turns: at most ${ms(delay.percentile(part)).toFixed(1)} ms`);
  say(`resident every 50 steps: ${resident.map((mib) => mib.toFixed(0)).join(', ')} MiB`);
  const bench = `event-loop longest delay in ${steps} Single steps of tiny, ${threads} threads`;
  return { bench, ours: ms(delay.max), peer: null, ratio: null, unit: 'ms', rounds: 1 };
}

function optionsFor(folder: string) {
  const flags = {
    ...{ method: 'single', model: 'tiny', recipe: 'peer', steps, checkpointEvery: 100 },
    labels: join(folder, 'labeled.coco.json'),
    images: join(folder, 'images'),
    unlabeled: [join(folder, 'images', 'unlabeled')],
    boxes: [join(folder, 'unlabeled.coco.json')],
    run: join(folder, 'run'),
    cache: join(folder, 'cache.sqlite'),
  };
  return resolveOptions(TRAIN_OPTIONS, { flags, environment: {} });
}
