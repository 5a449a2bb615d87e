// How sessions of onnxruntime are made here: the one place that loads the runtime.
import { createRequire } from 'node:module';
import type * as ORT from 'onnxruntime-node';

export const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof ORT;

/**
 * @param model the bytes of a model, or the path of its file
 * @param threads of one operator
 * @param isFinal the graph is to run as it is written: blocked graphs gain nothing from being rewritten, which takes the
 *   runtime seconds for large ones
 */
export function createSession(
  model: Uint8Array | string,
  threads: number,
  isFinal = false,
): Promise<ORT.InferenceSession> {
  const options: ORT.InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: isFinal ? 'disabled' : 'all',
    logSeverityLevel: 3,
    // Threads wait awake between two operators, and sleep soon where nothing comes: docs/engine-performance.md.
    extra: { session: { intra_op: { spin_duration_us: '100' } } },
  };
  return typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options);
}
