// The onnxruntime engine: steps are traced once and run as one ONNX graph on the CPU.
import { createRequire } from 'node:module';
import type { Engine } from '../types.ts';
import { CompiledSession } from './session.ts';
import type { LoweringName } from './session.ts';
import { defaultThreads } from './threads.ts';

export interface OnnxruntimeOptions {
  /** Of one operator. @default physical cores, at most 4 */
  readonly threads?: number | undefined;
  /** @default 'auto' */
  readonly lowering?: LoweringName | undefined;
  readonly onNotice?: ((line: string) => void) | undefined;
}

export function onnxruntimeEngine(options: OnnxruntimeOptions = {}): Engine {
  const { threads = defaultThreads(), lowering = 'auto', onNotice = () => undefined } = options;
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as {
    version: string;
  };
  return {
    name: 'onnxruntime',
    device: `onnxruntime ${version} cpu, ${threads} thread${threads === 1 ? '' : 's'}`,
    open: (state) => CompiledSession.open(state, { threads, lowering, onNotice }),
  };
}
