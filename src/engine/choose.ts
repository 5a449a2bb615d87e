// Finds the engine that runs the steps: by name, or the best one that works here.
import type { LoweringName } from './compiled/session.ts';
import { firstThatRuns, messageOf } from './first-that-runs.ts';
import type { Engine, EngineName, EngineStatus, Provider } from './types.ts';

export interface EngineOptions {
  /** `auto` takes onnxruntime; where that fails the next one, with a notice. */
  readonly name: EngineName | 'auto';
  /** Threads of one operator. @default physical cores, at most 4 */
  readonly threads?: number;
  /** What the onnxruntime engine runs on; other engines do not look at it. @default 'cpu' */
  readonly provider?: Provider;
  /** How the onnxruntime engine writes its graphs: `auto` takes the fast blocked operators where they work. @default 'auto' */
  readonly lowering?: LoweringName;
  /** Told, in one line, what is not as hoped for. */
  readonly onNotice?: (line: string) => void;
}

/** @throws an Error that says what is missing and what to do, when the engine cannot run here. */
export async function openEngine({ name, ...options }: EngineOptions): Promise<Engine> {
  if (name !== 'auto') return makers[name](options);
  const { provider = 'cpu' } = options;
  const asked =
    provider === 'cpu'
      ? []
      : [{ name: `onnxruntime on ${provider}`, make: () => makers.onnxruntime(options) }];
  const others = AUTOMATIC.map((each) => ({
    name: each,
    make: () => makers[each]({ ...options, provider: 'cpu' }),
  }));
  return firstThatRuns([...asked, ...others], options.onNotice);
}

/** What every engine says about this machine, for `heatstream doctor`. */
export async function engineStatuses(): Promise<EngineStatus[]> {
  const statuses: EngineStatus[] = [];
  // One after the other: tfjs starts one backend at a time.
  for (const row of rows) {
    const status = await makers[row.name](row).then(
      ({ device }) => ({ ...row, available: true, detail: device }),
      (error: unknown) => ({ ...row, available: false, detail: messageOf(error) }),
    );
    statuses.push(status);
  }
  return statuses;
}

type Make = (options: Omit<EngineOptions, 'name'>) => Promise<Engine>;

const makers: Readonly<Record<EngineName, Make>> = {
  onnxruntime: async (options) => (await import('./compiled/engine.ts')).onnxruntimeEngine(options),
  wasm: async () => (await import('./eager.ts')).wasmEngine(),
  cpu: async () => (await import('./eager.ts')).cpuEngine(),
  tensorflow: async (options) => (await import('./tensorflow/engine.ts')).tensorflowEngine(options),
  webgpu: async () => (await import('./webgpu/engine.ts')).webgpuEngine(),
};

/** Engines, and the providers of onnxruntime beside the CPU. */
const rows: readonly { readonly name: EngineName; readonly provider?: Provider }[] = [
  { name: 'onnxruntime' },
  { name: 'onnxruntime', provider: 'cuda' },
  { name: 'onnxruntime', provider: 'webgpu' },
  ...(['wasm', 'cpu', 'tensorflow', 'webgpu'] as const).map((name) => ({ name })),
];

/** In order of preference. */
const AUTOMATIC = ['onnxruntime', 'tensorflow', 'wasm'] as const;
