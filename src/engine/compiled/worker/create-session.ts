// How sessions of onnxruntime are made here: the one place that loads the runtime.
import { createRequire } from 'node:module';
import type * as ORT from 'onnxruntime-node';
import type { Provider } from '../../types.ts';

export const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof ORT;
// Its errors come as exceptions: printed as well they would be said twice.
ort.env.logLevel = 'fatal';

export interface SessionSettings {
  /** Of one operator. */
  readonly threads: number;
  /** Operators that it lacks run on the CPU. @default 'cpu' */
  readonly provider?: Provider;
  /**
   * The graph is to run as it is written: blocked graphs gain nothing from being rewritten, which takes the runtime seconds for
   * large ones. @default false
   */
  readonly isFinal?: boolean;
  /** Outputs that stay in the memory of the card; of the webgpu provider. @default none */
  readonly staying?: readonly string[];
}

/** @param model the bytes of a model, or the path of its file */
export function createSession(
  model: Uint8Array | string,
  { threads, provider = 'cpu', isFinal = false, staying = [] }: SessionSettings,
): Promise<ORT.InferenceSession> {
  const options: ORT.InferenceSession.SessionOptions = {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: isFinal ? 'disabled' : 'all',
    logSeverityLevel: 3,
    ...(staying.length > 0 && {
      preferredOutputLocation: Object.fromEntries(staying.map((name) => [name, 'gpu-buffer'])),
    }),
    // Threads wait awake between two operators, and sleep soon where nothing comes: docs/engine-performance.md.
    extra: { session: { intra_op: { spin_duration_us: '100' } } },
  };
  return typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options);
}
