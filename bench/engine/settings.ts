// What the parts of `npm run bench -- engine` share: networks, sizes, and what the environment says.
import type { Provider } from '../../src/engine/types.ts';

const env = process.env;

/** Threads of both programs. */
export const threads = Number(env['HEATSTREAM_BENCH_THREADS'] ?? 2);
export const rounds = Number(env['HEATSTREAM_BENCH_ROUNDS'] ?? 5);
/** What the onnxruntime engine runs on, and what PyTorch runs on (`cuda`). */
export const provider = (env['HEATSTREAM_BENCH_PROVIDER'] ?? 'cpu') as Provider;
export const peerDevice = env['HEATSTREAM_BENCH_DEVICE'] ?? 'cpu';
export const lowering = (env['HEATSTREAM_BENCH_LOWERING'] ?? 'auto') as
  'auto' | 'plain' | 'blocked';
/** Steps handed to the engine at once, where not the part's own choice. */
export const stepsPerCall = env['HEATSTREAM_BENCH_STEPS'];

export interface Workload {
  readonly net: 'tiny' | 'sb-r18' | 'sb-r50';
  /** Its name in train_step.py. */
  readonly peer: 'tiny' | 'r18' | 'r50';
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly joints: number;
  readonly stepsPerCall: number;
  /** Calls in one measurement, of which the median is taken. */
  readonly calls: number;
  /** Steps in one measurement of the peer. */
  readonly peerSteps: number;
}

export const workloads = {
  tiny: {
    ...{ net: 'tiny', peer: 'tiny', batch: 32, height: 64, width: 64, joints: 14 },
    ...{ stepsPerCall: 10, calls: 9, peerSteps: 60 },
  },
  r18: {
    ...{ net: 'sb-r18', peer: 'r18', batch: 16, height: 128, width: 96, joints: 17 },
    ...{ stepsPerCall: 5, calls: 3, peerSteps: 9 },
  },
  r50: {
    ...{ net: 'sb-r50', peer: 'r50', batch: 8, height: 128, width: 96, joints: 17 },
    ...{ stepsPerCall: 5, calls: 3, peerSteps: 9 },
  },
} as const satisfies Record<string, Workload>;
