// The onnxruntime side of a session: holds the state as tensors and runs compiled steps on it. Lives in the worker.
import type * as ORT from 'onnxruntime-node';
import type { NamedArray, Provider, TypedArray } from '../../types.ts';
import type { CompiledStep } from '../compile.ts';
import { allName, countName, firstName, lastName } from '../onnx/loop.ts';
import { createSession, ort } from './create-session.ts';
import { entryDims, fromEntry, toEntry } from './layout.ts';
import type { Feeds, StepArrays } from './messages.ts';
import { tryModel } from './try-model.ts';

type Tensors = Readonly<Record<string, ORT.Tensor>>;

interface Loaded {
  readonly session: ORT.InferenceSession;
  readonly step: CompiledStep;
  readonly prepare?: ORT.InferenceSession | undefined;
  /** What `prepare` made of these entries of the state. */
  prepared?: { readonly state: Tensors; readonly feeds: ORT.InferenceSession.OnnxValueMapType };
}

interface Entry {
  /** Logical. */
  readonly shape: readonly number[];
  /** Physical. */
  readonly tensor: ORT.Tensor;
}

export class Runtime {
  readonly #threads: number;
  readonly #provider: Provider;
  readonly #state = new Map<string, Entry>();
  readonly #loaded = new Map<string, Loaded>();
  /** Room for the inputs of a call, by step and input: of the longest call so far. */
  readonly #stacked = new Map<string, TypedArray>();
  /** Lanes of a block, where filters rest in blocks. */
  #block: number | undefined;

  constructor(threads: number, provider: Provider) {
    this.#threads = threads;
    this.#provider = provider;
  }

  put(state: Readonly<Record<string, NamedArray>>): void {
    for (const [name, { shape, data }] of Object.entries(state)) {
      const stored = toEntry(data, shape, this.#block);
      const tensor = new ort.Tensor('float32', stored, entryDims(shape, this.#block));
      this.#state.set(name, { shape, tensor });
    }
  }

  get(names: readonly string[]): Record<string, NamedArray> {
    return Object.fromEntries(
      names.map((name) => {
        const { shape, tensor } = this.#state.get(name)!;
        return [name, { shape, data: fromEntry(tensor.data as Float32Array, shape, this.#block) }];
      }),
    );
  }

  async load(key: string, step: CompiledStep): Promise<void> {
    const open = (model: Uint8Array) =>
      createSession(model, {
        ...{ threads: this.#threads, provider: this.#provider },
        isFinal: this.#block !== undefined,
      });
    const session = await open(step.model);
    const prepare = step.prepare && (await open(step.prepare.model));
    await releaseAll([this.#loaded.get(key)]);
    this.#loaded.set(key, { session, step, prepare });
  }

  /** Loaded steps must be loaded again. */
  useBlocks(block: number): void {
    const state = this.get([...this.#state.keys()]);
    this.#block = block;
    this.put(state);
  }

  /** Runs a model once, without state. */
  try(model: Uint8Array, feeds: Feeds): Promise<Record<string, Float32Array>> {
    return tryModel(model, feeds, { threads: this.#threads, provider: this.#provider });
  }

  async release(): Promise<void> {
    await releaseAll(this.#loaded.values());
    this.#loaded.clear();
    this.#state.clear();
  }

  /**
   * Some steps in one call; the state moves on when all have succeeded.
   * @returns outputs with a leading axis of steps
   */
  async steps(key: string, inputs: readonly StepArrays[]): Promise<Record<string, Float32Array>> {
    const loaded = this.#loaded.get(key)!;
    const { session, step } = loaded;
    const count = inputs.length;
    const feeds: Record<string, ORT.OnnxValue> = {
      ...(await this.#prepared(loaded)),
      [countName]: new ort.Tensor('int64', BigInt64Array.of(BigInt(count)), []),
    };
    for (const { name, shape } of step.inputs) {
      const data = this.#stack(`${key} ${name}`, inputs.map((each) => each[name]!)); // prettier-ignore
      const type = data instanceof Uint8Array ? 'uint8' : 'float32';
      feeds[allName(`in:${name}`)] = new ort.Tensor(type, data, [count, ...shape]);
    }
    for (const name of step.reads) feeds[`state:${name}`] = this.#state.get(name)!.tensor;
    for (const name of step.writes) feeds[firstName(name)] = this.#state.get(name)!.tensor;
    const results = await session.run(feeds);
    for (const name of step.writes) {
      this.#state.set(name, {
        shape: this.#state.get(name)!.shape,
        tensor: results[lastName(name)]!,
      });
    }
    return Object.fromEntries(
      step.outputs.map(({ name }) => [name, results[allName(`out:${name}`)]!.data as Float32Array]),
    );
  }

  /** What the step computes from the state alone: again where an entry that it reads is another tensor. */
  async #prepared(loaded: Loaded): Promise<ORT.InferenceSession.OnnxValueMapType> {
    const { prepare, step, prepared } = loaded;
    if (!prepare || !step.prepare) return {};
    const state = Object.fromEntries(
      step.prepare.reads.map((name) => [`state:${name}`, this.#state.get(name)!.tensor]),
    );
    const isSame = Object.entries(state).every(
      ([name, tensor]) => prepared?.state[name] === tensor,
    );
    if (prepared && isSame) return prepared.feeds;
    const feeds = await prepare.run(state);
    loaded.prepared = { state, feeds };
    return feeds;
  }

  /** Arrays of one step each, one after the other, in memory that the next call uses again. */
  #stack(name: string, arrays: readonly TypedArray[]): TypedArray {
    const size = arrays[0]?.length ?? 0;
    const length = size * arrays.length;
    let memory = this.#stacked.get(name);
    if (!memory || memory.length < length) {
      memory = arrays[0] instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
      this.#stacked.set(name, memory);
    }
    for (const [i, array] of arrays.entries()) memory.set(array, i * size);
    return memory.subarray(0, length);
  }
}

async function releaseAll(loaded: Iterable<Loaded | undefined>): Promise<void> {
  for (const each of loaded) {
    await each?.session.release();
    await each?.prepare?.release();
  }
}
