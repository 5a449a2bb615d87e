// The engine seam: a step is a pure function over tfjs tensors; where it runs is the engine's business.
import type { Tensor } from '@tensorflow/tfjs';

export type EngineName = 'onnxruntime' | 'wasm' | 'cpu' | 'tensorflow' | 'webgpu';

/** What the onnxruntime engine runs its graphs on. */
export type Provider = 'cpu' | 'cuda' | 'webgpu';

/** Element types that cross the seam. `uint8` reaches the step as a float32 tensor with values 0–255. */
export type DType = 'float32' | 'uint8';

export type TypedArray = Float32Array | Uint8Array;

export interface ArraySpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A named float32 array in logical (tfjs) layout: NHWC activations, HWIO filters. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Weights, optimiser slots, BN statistics, teacher copies: everything that outlives a step. */
export type StateArrays = Readonly<Record<string, NamedArray>>;

export type Shapes<I extends string = string> = Readonly<Record<I, ArraySpec>>;
export type Inputs<I extends string = string> = Readonly<Record<I, TypedArray>>;
export type Outputs<O extends string = string> = Readonly<Record<O, NamedArray>>;
export type Tensors<K extends string = string> = Readonly<Record<K, Tensor>>;

/** One step, written once in tfjs core ops. Pure: no reads (`dataSync`), no branches on values, no tfjs variables. */
export interface Step<I extends string = string, O extends string = string> {
  /** For people. With variant and input shapes it is the key of the compiled form. */
  readonly name: string;
  /** What else tells steps of this name apart. */
  readonly variant?: string;
  /** Returns the entries of the state that change, and what the caller wants back. */
  run(
    state: Tensors,
    inputs: Tensors<I>,
  ): { readonly state: Tensors; readonly outputs: Tensors<O> };
}

export interface OpenOptions {
  /**
   * Calls that run beside each other where the engine can, each with a share of its threads: two threads that never wait for
   * each other do more than two that meet at the end of every operator, above all where the machine has other work. Every lane
   * holds the state, so steps may not change it. Integer >= 1. @default 1
   */
  readonly lanes?: number;
}

export interface Engine {
  readonly name: EngineName;
  /** What it runs on, for people: `onnxruntime 1.30.0 cpu, 2 threads`. */
  readonly device: string;
  /** Whether its threads leave no core to anybody else. */
  readonly takesEveryCore?: boolean;
  /** Takes the state to the device. Training, evaluation, probing and publishing share one session. */
  open(state: StateArrays, options?: OpenOptions): Promise<Session>;
}

export interface Session {
  /** Prepares `step` for these shapes (compiled: traced once and cached; eager: kept as it is). */
  compile<I extends string, O extends string>(
    step: Step<I, O>,
    shapes: Shapes<I>,
  ): Promise<Runner<I, O>>;
  /** Copies of the named entries, all by default. */
  read(names?: readonly string[]): Promise<StateArrays>;
  /** Replaces entries that exist with the same shape; throws otherwise. */
  write(state: StateArrays): Promise<void>;
  dispose(): Promise<void>;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * The caller gives its arrays away: they may be empty afterwards. Those in shared memory stay, and are not to be written to before
   * the run has ended. Saves a copy, and the garbage of one. @default false
   */
  readonly moves?: boolean;
}

/** One call may carry several steps; the state never leaves the device between them; outputs come a step. */
export interface Runner<I extends string = string, O extends string = string> {
  run(inputs: readonly Inputs<I>[], options?: RunOptions): Promise<Outputs<O>[]>;
}

/** One row of `heatstream doctor`. */
export interface EngineStatus {
  readonly name: EngineName;
  /** `onnxruntime` only, and only where it is not the CPU. */
  readonly provider?: Provider;
  readonly available: boolean;
  /** What it runs on, or why it cannot. */
  readonly detail: string;
}
