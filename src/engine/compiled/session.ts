// A session of the compiled engine: traces steps on this thread, keeps state and runs them on its worker.
import type {
  Inputs,
  NamedArray,
  Outputs,
  Runner,
  Session,
  Shapes,
  StateArrays,
  Step,
  TypedArray,
} from '../types.ts';
import { checkArray, checkInputs } from '../check.ts';
import { compileStep } from './compile.ts';
import type { CompiledStep } from './compile.ts';
import { WorkerLink } from './worker/link.ts';

export class CompiledSession implements Session {
  readonly #link: WorkerLink;
  readonly #shapes: Readonly<Record<string, readonly number[]>>;
  readonly #runners = new Map<string, Promise<Runner>>();

  private constructor(link: WorkerLink, state: StateArrays) {
    this.#link = link;
    this.#shapes = Object.fromEntries(
      Object.entries(state).map(([name, { shape }]) => [name, [...shape]]),
    );
  }

  static async open(state: StateArrays, threads: number): Promise<CompiledSession> {
    for (const [name, array] of Object.entries(state))
      checkArray(`state entry ${name}`, array, array.shape);
    const session = new CompiledSession(new WorkerLink({ threads }), state);
    await session.#put(state);
    return session;
  }

  /** Traced once a (step name, shapes). */
  compile<I extends string, O extends string>(
    step: Step<I, O>,
    shapes: Shapes<I>,
  ): Promise<Runner<I, O>> {
    const key = `${step.name} ${JSON.stringify(shapes)}`;
    const known = this.#runners.get(key);
    if (known) return known;
    const made = this.#load(key, step, shapes);
    this.#runners.set(key, made);
    made.catch(() => this.#runners.delete(key));
    return made;
  }

  async read(names: readonly string[] = Object.keys(this.#shapes)): Promise<StateArrays> {
    for (const name of names) this.#shapeOf(name);
    return (await this.#link.ask({ kind: 'get', names })) as Record<string, NamedArray>;
  }

  async write(state: StateArrays): Promise<void> {
    for (const [name, array] of Object.entries(state))
      checkArray(`state entry ${name}`, array, this.#shapeOf(name));
    await this.#put(state);
  }

  async dispose(): Promise<void> {
    this.#runners.clear();
    await this.#link.close();
  }

  async #put(state: StateArrays): Promise<void> {
    const copies = Object.entries(state).map(
      ([name, { shape, data }]) => [name, { shape: [...shape], data: data.slice() }] as const,
    );
    const buffers = copies.map(([, { data }]) => data.buffer);
    await this.#link.ask({ kind: 'put', state: Object.fromEntries(copies) }, buffers);
  }

  #shapeOf(name: string): readonly number[] {
    const shape = this.#shapes[name];
    if (!shape) throw new Error(`the session has no state entry ${name}`);
    return shape;
  }

  async #load(key: string, step: Step, shapes: Shapes): Promise<Runner> {
    const compiled = compileStep(step, shapes, this.#shapes);
    await this.#link.ask({ kind: 'load', key, step: compiled }, [
      compiled.model.buffer as ArrayBuffer,
    ]);
    return { run: (inputs, options) => this.#run(key, compiled, shapes, inputs, options?.signal) };
  }

  async #run(
    key: string,
    compiled: CompiledStep,
    shapes: Shapes,
    inputs: readonly Inputs[],
    signal?: AbortSignal,
  ): Promise<Outputs[]> {
    signal?.throwIfAborted();
    for (const each of inputs) checkInputs(key, shapes, each);
    const copies = inputs.map((each) =>
      Object.fromEntries(compiled.inputs.map(({ name }) => [name, each[name]!.slice()])),
    );
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const onAbort = () => Atomics.store(stop, 0, 1);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const buffers = copies.flatMap((each) =>
        Object.values<TypedArray>(each).map((a) => a.buffer as ArrayBuffer),
      );
      return (await this.#link.ask(
        { kind: 'run', key, inputs: copies, stop },
        buffers,
      )) as Outputs[];
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }
}
