// Finds the engine that runs the steps: by name, or the best one that works here.
import type { LoweringName } from './compiled/session.ts';
import type { Engine, EngineName, EngineStatus } from './types.ts';

export interface EngineOptions {
  /** `auto` takes onnxruntime, and wasm with a notice where that fails. */
  readonly name: EngineName | 'auto';
  /** Threads of one operator. @default physical cores, at most 4 */
  readonly threads?: number;
  /** How the onnxruntime engine writes its graphs: `auto` takes the fast blocked operators where they work. @default 'auto' */
  readonly lowering?: LoweringName;
  /** Told, in one line, what is not as hoped for. */
  readonly onNotice?: (line: string) => void;
}

/** @throws an Error that says what is missing and what to do, when the engine cannot run here. */
export async function openEngine({ name, ...options }: EngineOptions): Promise<Engine> {
  if (name !== 'auto') return makers[name](options);
  try {
    return await makers.onnxruntime(options);
  } catch (error) {
    options.onNotice?.(
      `engine: onnxruntime cannot run here (${messageOf(error)}); using wasm, which is several times slower`,
    );
    return makers.wasm(options);
  }
}

/** What every engine says about this machine, for `heatstream doctor`. */
export async function engineStatuses(): Promise<EngineStatus[]> {
  const names = Object.keys(makers) as EngineName[];
  return Promise.all(
    names.map((name) =>
      makers[name]({}).then(
        ({ device }) => ({ name, available: true, detail: device }),
        (error: unknown) => ({ name, available: false, detail: messageOf(error) }),
      ),
    ),
  );
}

type Make = (options: Omit<EngineOptions, 'name'>) => Promise<Engine>;

const makers: Readonly<Record<EngineName, Make>> = {
  onnxruntime: async (options) => (await import('./compiled/engine.ts')).onnxruntimeEngine(options),
  wasm: async () => (await import('./eager.ts')).wasmEngine(),
  cpu: async () => (await import('./eager.ts')).cpuEngine(),
  tensorflow: async (options) => (await import('./tensorflow/engine.ts')).tensorflowEngine(options),
  webgpu: () =>
    Promise.reject(
      new Error('the webgpu engine is not available yet: use onnxruntime (--engine auto)'),
    ),
};

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
