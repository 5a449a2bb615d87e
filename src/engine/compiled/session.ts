// A session of the compiled engine: traces steps on this thread, keeps state and runs them on its worker.
import type {
  Inputs,
  NamedArray,
  Outputs,
  Provider,
  Runner,
  RunOptions,
  Session,
  Shapes,
  StateArrays,
  Step,
  TypedArray,
} from '../types.ts';
import { checkArray, checkInputs } from '../check.ts';
import { checkBlocks } from './blocked/self-check.ts';
import { compileStep, fitsBlocks } from './compile.ts';
import type { CompiledStep } from './compile.ts';
import { sizeOf } from './program/node.ts';
import { record } from './record/record.ts';
import type { Recording } from './record/record.ts';
import { buffersOf } from './worker/buffers.ts';
import { Lanes } from './worker/lanes.ts';

/** `auto` takes blocked operators where they work and the batch fills whole blocks; `blocked` insists on them. */
export type LoweringName = 'auto' | 'plain' | 'blocked';

export interface SessionOptions {
  readonly threads: number;
  readonly provider: Provider;
  readonly lowering: LoweringName;
  /** Calls that run beside each other, 1 to `threads`. */
  readonly lanes: number;
  readonly onNotice: (line: string) => void;
}

interface Loaded {
  readonly recording: Recording;
  readonly shapes: Shapes;
}

export class CompiledSession implements Session {
  readonly #lanes: Lanes;
  readonly #shapes: Readonly<Record<string, readonly number[]>>;
  readonly #runners = new Map<string, Promise<Runner>>();
  readonly #options: SessionOptions;
  readonly #loaded = new Map<string, Loaded>();
  /** Lanes of a block that the runtime has and that passed the self-check. */
  #available: Promise<number | undefined> | undefined;
  /** Lanes of a block, once filters rest in blocks. */
  #block: number | undefined;

  private constructor(lanes: Lanes, state: StateArrays, options: SessionOptions) {
    this.#lanes = lanes;
    this.#options = options;
    this.#shapes = Object.fromEntries(
      Object.entries(state).map(([name, { shape }]) => [name, [...shape]]),
    );
  }

  static async open(state: StateArrays, options: SessionOptions): Promise<CompiledSession> {
    for (const [name, array] of Object.entries(state))
      checkArray(`state entry ${name}`, array, array.shape);
    const session = new CompiledSession(new Lanes(options.lanes, options), state, options);
    await session.#put(state);
    return session;
  }

  /** Traced once a (step name, shapes). */
  compile<I extends string, O extends string>(
    step: Step<I, O>,
    shapes: Shapes<I>,
  ): Promise<Runner<I, O>> {
    const key = `${step.name} ${step.variant ?? ''} ${JSON.stringify(shapes)}`;
    const known = this.#runners.get(key);
    if (known) return known;
    const made = this.#load(key, step, shapes);
    this.#runners.set(key, made);
    made.catch(() => this.#runners.delete(key));
    return made;
  }

  async read(names: readonly string[] = Object.keys(this.#shapes)): Promise<StateArrays> {
    for (const name of names) this.#shapeOf(name);
    return (await this.#lanes.ask({ kind: 'get', names })) as Record<string, NamedArray>;
  }

  async write(state: StateArrays): Promise<void> {
    for (const [name, array] of Object.entries(state))
      checkArray(`state entry ${name}`, array, this.#shapeOf(name));
    await this.#put(state);
  }

  async dispose(): Promise<void> {
    this.#runners.clear();
    await this.#lanes.close();
  }

  async #put(state: StateArrays): Promise<void> {
    const copies = Object.entries(state).map(
      ([name, { shape, data }]) => [name, { shape: [...shape], data: data.slice() }] as const,
    );
    const buffers = copies.map(([, { data }]) => data.buffer);
    await this.#lanes.tell({ kind: 'put', state: Object.fromEntries(copies) }, buffers);
  }

  #shapeOf(name: string): readonly number[] {
    const shape = this.#shapes[name];
    if (!shape) throw new Error(`the session has no state entry ${name}`);
    return shape;
  }

  async #load(key: string, step: Step, shapes: Shapes): Promise<Runner> {
    const recording = record(step, shapes, this.#shapes);
    await this.#chooseBlocks(step.name, recording);
    this.#loaded.set(key, { recording, shapes });
    const compiled = await this.#send(key);
    return { run: (inputs, options) => this.#run(key, compiled, shapes, inputs, options) };
  }

  async #send(key: string): Promise<CompiledStep> {
    const { recording, shapes } = this.#loaded.get(key)!;
    const { provider } = this.#options;
    const compiled = compileStep(recording, shapes, { block: this.#block, provider });
    if (compiled.writes.length > 0 && this.#lanes.count > 1)
      throw new Error(`step ${key} changes the state, which ${this.#lanes.count} lanes hold apart`);
    const models = [compiled.model, ...(compiled.prepare ? [compiled.prepare.model] : [])];
    const transfer = models.map(({ buffer }) => buffer as ArrayBuffer);
    await this.#lanes.tell({ kind: 'load', key, step: compiled }, transfer);
    return compiled;
  }

  /** Moves the state into blocks for the first step that can use them; steps from before are loaded again. */
  async #chooseBlocks(name: string, recording: Recording): Promise<void> {
    const { lowering, onNotice } = this.#options;
    if (lowering === 'plain' || this.#block !== undefined) return;
    const block = await (this.#available ??= this.#checkBlocks());
    if (block === undefined) return;
    const fit = fitsBlocks(recording, block);
    if (fit === 'none') return;
    if (fit === 'some') {
      const line = `step ${name}: the batch is not a multiple of ${block}; plain operators take about twice the time`;
      if (lowering === 'blocked') throw new Error(line);
      onNotice(`engine: ${line}`);
      return;
    }
    this.#block = block;
    await this.#lanes.tell({ kind: 'block', block }, []);
    for (const key of this.#loaded.keys()) await this.#send(key);
  }

  async #checkBlocks(): Promise<number | undefined> {
    try {
      return await checkBlocks(async (model, feeds) => {
        const request = { kind: 'try', model, feeds } as const;
        return (await this.#lanes.ask(request)) as Record<string, Float32Array>;
      });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const line = `onnxruntime's blocked operators cannot be used here (${reason})`;
      if (this.#options.lowering === 'blocked') throw new Error(line, { cause });
      this.#options.onNotice(`engine: ${line}; plain ones take about twice the time`);
      return undefined;
    }
  }

  async #run(
    key: string,
    compiled: CompiledStep,
    shapes: Shapes,
    inputs: readonly Inputs[],
    { signal, moves = false }: RunOptions = {},
  ): Promise<Outputs[]> {
    signal?.throwIfAborted();
    for (const each of inputs) checkInputs(key, shapes, each);
    const steps = inputs.map((each) =>
      Object.fromEntries(
        compiled.inputs.map(({ name }) => [name, moves ? whole(each[name]!) : copyOf(each[name]!)]),
      ),
    );
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const onAbort = () => Atomics.store(stop, 0, 1);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const request = { kind: 'run', key, steps, stop } as const;
      const answer = await this.#lanes.run(request, buffersOf(steps));
      const calls = answer as Record<string, Float32Array>[];
      if (compiled.outputs.length === 0) return inputs.map(() => ({}));
      return calls.flatMap((call) => apart(call, compiled.outputs));
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }
}

/** Not `slice`: of a Buffer that is a view. */
const copyOf = (array: TypedArray): TypedArray =>
  array instanceof Uint8Array ? new Uint8Array(array) : new Float32Array(array);

/** An array that the worker may have: itself where it fills its buffer, which moves or is shared, else a copy. */
const whole = (array: TypedArray): TypedArray =>
  array.buffer.byteLength === array.byteLength ? array : copyOf(array);

/** Outputs with a leading axis of steps as one record a step. */
function apart(
  call: Readonly<Record<string, Float32Array>>,
  outputs: CompiledStep['outputs'],
): Outputs[] {
  const first = outputs[0]!;
  const count = call[first.name]!.length / sizeOf(first.shape);
  return Array.from({ length: count }, (_, step) =>
    Object.fromEntries(
      outputs.map(({ name, shape }): [string, NamedArray] => {
        const [data, size] = [call[name]!, sizeOf(shape)];
        return [name, { shape, data: count === 1 ? data : data.slice(step * size, (step + 1) * size) }]; // prettier-ignore
      }),
    ),
  );
}
