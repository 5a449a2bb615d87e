// The peer's training program: figures that both programs read, and what a step takes.
import { join } from 'node:path';
import { runPeer } from './peer.ts';
import { median } from './rounds.ts';

/** Steps of a measurement that are its warm-up. */
const WARM = 10;

export interface CalibOptions {
  /** Of figures.py. */
  readonly data: string;
  readonly threads: number;
  /** Measured, after the warm-up. */
  readonly steps: number;
  readonly flags: readonly string[];
}

/** Writes 100 labelled, `unlabelled` and 32 test figures into a folder. */
export const peerFigures = (folder: string, unlabelled: number): Promise<string> =>
  runPeer('figures.py', [folder, '100', String(unlabelled), '32']);

/** Milliseconds a step: the median over pieces of 10 steps. */
export async function calibStepMs(options: CalibOptions): Promise<number> {
  const { data, threads, steps, flags } = options;
  const args = {
    ...{ set: 'coco', data, labels: 100, seed: 0, 'eval-every': 10 },
    ...{ steps: steps + WARM, threads },
  };
  const given = Object.entries(args).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const lines = (await runPeer('calib.py', [...given, ...flags])).split('\n');
  return median(
    lines.flatMap((line) => {
      const [, step, ms] = /^it (\d+) .* ms_step ([\d.]+)/.exec(line) ?? [];
      return Number(step) > WARM ? [Number(ms)] : [];
    }),
  );
}

/** `heatstream train` on the same pictures, without its method. */
export const sameFigures = (folder: string): string[] => [
  ...['--labels', join(folder, 'labeled.coco.json'), '--images', join(folder, 'images')],
  ...['--unlabeled', join(folder, 'images'), '--boxes', join(folder, 'unlabeled.coco.json')],
];
