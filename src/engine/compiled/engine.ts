// The onnxruntime engine: steps are traced once and run as one ONNX graph, on the CPU or a graphics card.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import type { Engine, Provider } from '../types.ts';
import { checkProvider } from './provider.ts';
import { CompiledSession } from './session.ts';
import type { LoweringName } from './session.ts';
import { collectAlone, defaultThreads } from './threads.ts';

export interface OnnxruntimeOptions {
  /** Of one operator. @default physical cores, at most 4 */
  readonly threads?: number | undefined;
  /** @default 'cpu' */
  readonly provider?: Provider | undefined;
  /** `blocked` is for the CPU alone. @default 'auto' */
  readonly lowering?: LoweringName | undefined;
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** @throws an Error that says in one sentence why the provider cannot run here and what to do */
export async function onnxruntimeEngine(options: OnnxruntimeOptions = {}): Promise<Engine> {
  const { threads = defaultThreads(), provider = 'cpu', onNotice = () => undefined } = options;
  if (provider !== 'cpu') {
    if (options.lowering === 'blocked')
      throw new Error(`blocked operators run on the CPU alone, got provider ${provider}`);
    await checkProvider(provider);
  }
  const takesEveryCore = provider === 'cpu' && threads >= availableParallelism();
  if (takesEveryCore) collectAlone();
  const lowering = provider === 'cpu' ? (options.lowering ?? 'auto') : 'plain';
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as {
    version: string;
  };
  const beside = `${threads} thread${threads === 1 ? '' : 's'}`;
  return {
    name: 'onnxruntime',
    device: `onnxruntime ${version} ${provider}, ${beside}`,
    takesEveryCore,
    open: (state, { lanes = 1 } = {}) =>
      CompiledSession.open(state, {
        ...{ threads, provider, lowering, onNotice },
        // Elsewhere calls would wait for each other on one device.
        lanes: provider === 'cpu' ? Math.min(lanes, threads) : 1,
      }),
  };
}
