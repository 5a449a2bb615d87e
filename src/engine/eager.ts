// The eager engines: tfjs runs every step as it is, on one of its backends. State is kept as tensors.
import type * as TF from '@tensorflow/tfjs';
import { checkArray, checkInputs, checkShape } from './check.ts';
import { tf } from './tf.ts';
import { turn } from './turn.ts';
import type {
  Engine,
  EngineName,
  Inputs,
  NamedArray,
  Outputs,
  Runner,
  Session,
  Shapes,
  StateArrays,
  Step,
} from './types.ts';
import { prepareWasm } from './wasm/prepare.ts';

/** tfjs on XNNPACK, one thread, with gradients composed here where the backend lacks them or has them wrong. */
export async function wasmEngine(): Promise<Engine> {
  await prepareWasm();
  return eagerEngine('wasm', `tfjs ${tf.version_core} wasm, 1 thread`);
}

/** For tests of engines: slow, and its resize gradients are wrong. */
export function cpuEngine(): Promise<Engine> {
  return Promise.resolve(eagerEngine('cpu', `tfjs ${tf.version_core} cpu, plain JavaScript`));
}

/** @param name also the name of the tfjs backend, which is registered by now */
export const eagerEngine = (name: Exclude<EngineName, 'onnxruntime'>, device: string): Engine => ({
  name,
  device,
  open: (state) => turn(name, () => new EagerSession(name, state)),
});

class EagerSession implements Session {
  readonly #backend: string;
  readonly #state = new Map<string, TF.Tensor>();

  constructor(backend: string, state: StateArrays) {
    this.#backend = backend;
    for (const [name, array] of Object.entries(state)) this.#set(name, array, array.shape);
  }

  compile<I extends string, O extends string>(
    step: Step<I, O>,
    shapes: Shapes<I>,
  ): Promise<Runner<I, O>> {
    const run: Runner<I, O>['run'] = async (inputs, { signal } = {}) => {
      signal?.throwIfAborted();
      for (const each of inputs) checkInputs(step.name, shapes, each);
      const copies = inputs.map(
        (each) => mapValues(each as Inputs, (data) => data.slice()) as Inputs<I>,
      );
      const outputs: Outputs<O>[] = [];
      for (const each of copies) {
        outputs.push(
          await turn(this.#backend, () => {
            signal?.throwIfAborted();
            return this.#step(step, shapes, each);
          }),
        );
      }
      return outputs;
    };
    return Promise.resolve({ run });
  }

  read(names: readonly string[] = [...this.#state.keys()]): Promise<StateArrays> {
    return turn(this.#backend, async () => {
      const entries = names.map(async (name) => {
        const tensor = this.#entry(name);
        return [name, { shape: tensor.shape, data: await valuesOf(tensor) }] as const;
      });
      return Object.fromEntries(await Promise.all(entries));
    });
  }

  write(state: StateArrays): Promise<void> {
    return turn(this.#backend, () => {
      for (const [name, array] of Object.entries(state))
        checkArray(`state entry ${name}`, array, this.#entry(name).shape);
      for (const [name, array] of Object.entries(state)) this.#set(name, array, array.shape);
    });
  }

  dispose(): Promise<void> {
    return turn(this.#backend, () => {
      for (const tensor of this.#state.values()) tensor.dispose();
      this.#state.clear();
    });
  }

  async #step<I extends string, O extends string>(
    step: Step<I, O>,
    shapes: Shapes<I>,
    inputs: Inputs<I>,
  ): Promise<Outputs<O>> {
    const result = tf.tidy(() => {
      const tensors = Object.entries<TF.Tensor>(
        mapValues(shapes as Shapes, ({ shape }, name) =>
          tf.tensor(Float32Array.from((inputs as Inputs)[name]!), [...shape]),
        ),
      );
      const { state, outputs } = step.run(
        Object.fromEntries(this.#state),
        Object.fromEntries(tensors) as Record<I, TF.Tensor>,
      );
      for (const [name, tensor] of Object.entries(state))
        checkShape(`state entry ${name}`, tensor.shape, this.#entry(name).shape);
      // A step may hand on a tensor of the old state, or one tensor twice: every holder gets its own.
      return {
        state: mapValues(state, (t) => tf.clone(t)),
        outputs: mapValues(outputs as Record<string, TF.Tensor>, (t) => tf.clone(t)),
      };
    });
    for (const [name, tensor] of Object.entries(result.state)) {
      this.#state.get(name)!.dispose();
      this.#state.set(name, tf.keep(tensor));
    }
    const arrays = await Promise.all(
      Object.entries(result.outputs).map(async ([name, tensor]) => {
        const data = await valuesOf(tensor);
        const array: NamedArray = { shape: tensor.shape, data };
        tensor.dispose();
        return [name, array] as const;
      }),
    );
    return Object.fromEntries(arrays) as Outputs<O>;
  }

  #set(name: string, { shape, data }: NamedArray, expected: readonly number[]): void {
    checkArray(`state entry ${name}`, { shape, data }, expected);
    this.#state.get(name)?.dispose();
    this.#state.set(name, tf.keep(tf.tensor(data.slice(), [...shape])));
  }

  #entry(name: string): TF.Tensor {
    const tensor = this.#state.get(name);
    if (!tensor) throw new Error(`the session has no state entry ${name}`);
    return tensor;
  }
}

/** A copy as float32. */
const valuesOf = async (tensor: TF.Tensor): Promise<Float32Array> =>
  Float32Array.from(await tensor.data());

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([k, v]) => [k, map(v, k)]));
}
