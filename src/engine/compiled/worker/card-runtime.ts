// The side of a session that runs on a graphics card through the webgpu provider: the state stays in the card's memory, a call
// is one step. In a Loop, which this provider leaves to the CPU, the whole state would go back and forth every step. Lives in
// the worker.
import type * as ORT from 'onnxruntime-node';
import type { NamedArray } from '../../types.ts';
import type { CompiledStep } from '../compile.ts';
import { OnnxGraph } from '../onnx/graph.ts';
import { firstName, lastName } from '../onnx/loop.ts';
import { writeModel } from '../onnx/write.ts';
import { createSession, ort } from './create-session.ts';
import { entryDims, fromEntry, toEntry } from './layout.ts';
import type { Feeds, StepArrays } from './messages.ts';
import { tryModel } from './try-model.ts';

type Tensors = Map<string, ORT.Tensor>;

interface Loaded {
  readonly session: ORT.InferenceSession;
  readonly step: CompiledStep;
}

export class CardRuntime {
  readonly #threads: number;
  readonly #shapes = new Map<string, readonly number[]>();
  readonly #state: Tensors = new Map();
  readonly #loaded = new Map<string, Loaded>();

  constructor(threads: number) {
    this.#threads = threads;
  }

  put(state: Readonly<Record<string, NamedArray>>): void {
    for (const [name, { shape, data }] of Object.entries(state)) {
      this.#state.get(name)?.dispose();
      const stored = toEntry(data, shape, undefined);
      this.#state.set(name, new ort.Tensor('float32', stored, entryDims(shape, undefined)));
      this.#shapes.set(name, shape);
    }
  }

  async get(names: readonly string[]): Promise<Record<string, NamedArray>> {
    const away = names.filter((name) => this.#state.get(name)!.location !== 'cpu');
    const fetched = away.length > 0 ? await this.#fetch(away) : {};
    return Object.fromEntries(
      names.map((name) => {
        const shape = this.#shapes.get(name)!;
        const { data } = fetched[name] ?? this.#state.get(name)!;
        return [name, { shape, data: fromEntry(data as Float32Array, shape, undefined) }];
      }),
    );
  }

  async load(key: string, step: CompiledStep): Promise<void> {
    const session = await this.#open(step.model, step.writes.map(lastName));
    await this.#loaded.get(key)?.session.release();
    this.#loaded.set(key, { session, step });
  }

  useBlocks(): never {
    throw new Error('blocked operators run on the CPU alone');
  }

  /** Runs a model once, without state. */
  try(model: Uint8Array, feeds: Feeds): Promise<Record<string, Float32Array>> {
    return tryModel(model, feeds, { threads: this.#threads, provider: 'webgpu' });
  }

  async release(): Promise<void> {
    // Before the sessions, to whose allocators it belongs.
    disposeAll(this.#state);
    for (const { session } of this.#loaded.values()) await session.release();
    this.#loaded.clear();
  }

  /**
   * The state moves on when all have succeeded.
   * @returns outputs with a leading axis of steps
   */
  async steps(key: string, inputs: readonly StepArrays[]): Promise<Record<string, Float32Array>> {
    const { session, step } = this.#loaded.get(key)!;
    const seen: ORT.InferenceSession.OnnxValueMapType[] = [];
    let next: Tensors = new Map();
    for (const each of inputs) {
      const results = await session.run(this.#feeds(step, each, next)).finally(() => {
        disposeAll(next);
      });
      next = new Map(step.writes.map((name) => [name, results[lastName(name)]!]));
      seen.push(results);
    }
    for (const [name, tensor] of next) {
      this.#state.get(name)!.dispose();
      this.#state.set(name, tensor);
    }
    return Object.fromEntries(
      step.outputs.map(({ name }) => {
        const parts = seen.map((results) => results[`out:${name}`]!.data as Float32Array);
        return [name, joined(parts)];
      }),
    );
  }

  /** @param next entries that a step of the same call wrote */
  #feeds(step: CompiledStep, inputs: StepArrays, next: Tensors): Record<string, ORT.Tensor> {
    const feeds: Record<string, ORT.Tensor> = {};
    for (const { name, shape } of step.inputs) {
      // Not in memory that other threads see, which the runtime does not read.
      const data = inputs[name]!.slice();
      const type = data instanceof Uint8Array ? 'uint8' : 'float32';
      feeds[`in:${name}`] = new ort.Tensor(type, data, shape);
    }
    for (const name of step.reads) feeds[`state:${name}`] = this.#state.get(name)!;
    for (const name of step.writes)
      feeds[firstName(name)] = next.get(name) ?? this.#state.get(name)!;
    return feeds;
  }

  /** Copies of entries in the memory of the CPU. */
  async #fetch(names: readonly string[]): Promise<ORT.InferenceSession.OnnxValueMapType> {
    const graph = new OnnxGraph();
    for (const name of names) {
      const { dims } = this.#state.get(name)!;
      graph.output(name, graph.input(`on card:${name}`, dims), dims);
    }
    const session = await this.#open(writeModel(graph), []);
    try {
      return await session.run(
        Object.fromEntries(names.map((name) => [`on card:${name}`, this.#state.get(name)!])),
      );
    } finally {
      await session.release();
    }
  }

  #open(model: Uint8Array, staying: readonly string[]): Promise<ORT.InferenceSession> {
    return createSession(model, { threads: this.#threads, provider: 'webgpu', staying });
  }
}

/** Frees the card's memory. */
function disposeAll(tensors: Tensors): void {
  for (const tensor of tensors.values()) tensor.dispose();
  tensors.clear();
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const size = parts[0]?.length ?? 0;
  const all = new Float32Array(size * parts.length);
  for (const [i, part] of parts.entries()) all.set(part, i * size);
  return all;
}
