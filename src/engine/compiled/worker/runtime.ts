// The onnxruntime side of a session: holds the state as tensors and runs compiled steps on it. Lives in the worker.
import { createRequire } from 'node:module';
import type * as ORT from 'onnxruntime-node';
import type { NamedArray, TypedArray } from '../../types.ts';
import type { CompiledStep } from '../compile.ts';
import { stateOrder } from '../plain/lowering.ts';
import { toLogical, toPhysical } from './layout.ts';

const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof ORT;

export type StepInputs = Readonly<Record<string, TypedArray>>;
export type StepOutputs = Readonly<Record<string, NamedArray>>;

interface Loaded {
  readonly session: ORT.InferenceSession;
  readonly step: CompiledStep;
}

interface Entry {
  /** Logical. */
  readonly shape: readonly number[];
  /** Physical. */
  readonly tensor: ORT.Tensor;
}

export class Runtime {
  readonly #threads: number;
  readonly #state = new Map<string, Entry>();
  readonly #loaded = new Map<string, Loaded>();

  constructor(threads: number) {
    this.#threads = threads;
  }

  put(state: Readonly<Record<string, NamedArray>>): void {
    for (const [name, { shape, data }] of Object.entries(state)) {
      const order = stateOrder(shape);
      const dims = order.map((axis) => shape[axis]!);
      const tensor = new ort.Tensor('float32', toPhysical(data, shape, order), dims);
      this.#state.set(name, { shape, tensor });
    }
  }

  get(names: readonly string[]): Record<string, NamedArray> {
    return Object.fromEntries(
      names.map((name) => {
        const { shape, tensor } = this.#state.get(name)!;
        return [
          name,
          { shape, data: toLogical(tensor.data as Float32Array, shape, stateOrder(shape)) },
        ];
      }),
    );
  }

  async load(key: string, step: CompiledStep): Promise<void> {
    const session = await ort.InferenceSession.create(step.model, {
      intraOpNumThreads: this.#threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
    this.#loaded.set(key, { session, step });
  }

  async release(): Promise<void> {
    for (const { session } of this.#loaded.values()) await session.release();
    this.#loaded.clear();
    this.#state.clear();
  }

  /** One step; the state moves on when it has succeeded. */
  async step(key: string, inputs: StepInputs): Promise<StepOutputs> {
    const { session, step } = this.#loaded.get(key)!;
    const feeds: Record<string, ORT.Tensor> = {};
    for (const { name, shape } of step.inputs) {
      const data = inputs[name]!;
      const type = data instanceof Uint8Array ? 'uint8' : 'float32';
      feeds[`in:${name}`] = new ort.Tensor(type, data, shape);
    }
    for (const name of step.reads) feeds[`state:${name}`] = this.#state.get(name)!.tensor;
    const results = await session.run(feeds);
    for (const name of step.writes) {
      this.#state.set(name, {
        shape: this.#state.get(name)!.shape,
        tensor: results[`next:${name}`]!,
      });
    }
    return Object.fromEntries(
      step.outputs.map(({ name, shape }) => [
        name,
        { shape, data: results[`out:${name}`]!.data as Float32Array },
      ]),
    );
  }
}
