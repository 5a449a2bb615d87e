// The onnxruntime engine: steps are traced once and run as one ONNX graph on the CPU.
import { createRequire } from 'node:module';
import type { Engine } from '../types.ts';
import { CompiledSession } from './session.ts';
import { defaultThreads } from './threads.ts';

/** @param options.threads of one operator @default physical cores, at most 4 */
export function onnxruntimeEngine({
  threads = defaultThreads(),
}: { threads?: number } = {}): Engine {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as {
    version: string;
  };
  return {
    name: 'onnxruntime',
    device: `onnxruntime ${version} cpu, ${threads} thread${threads === 1 ? '' : 's'}`,
    open: (state) => CompiledSession.open(state, threads),
  };
}
