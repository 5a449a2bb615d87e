// What the main thread and the worker that owns the onnxruntime sessions say to each other.
import type { OnnxArray } from '../../external/ports.ts';
import type { NamedArray, Provider, TypedArray } from '../../types.ts';
import type { CompiledStep } from '../compile.ts';
import type { Gate } from './gate.ts';

export type Feeds = Readonly<
  Record<string, { readonly data: Float32Array; readonly dims: readonly number[] }>
>;

/** Inputs of a step. */
export type StepArrays = Readonly<Record<string, TypedArray>>;

export type Request =
  /** Replaces entries of the state; arrays in logical layout. */
  | { readonly kind: 'put'; readonly state: Readonly<Record<string, NamedArray>> }
  /** Copies of entries, in logical layout. */
  | { readonly kind: 'get'; readonly names: readonly string[] }
  /** Makes an onnxruntime session of a step, called `key` from now on. */
  | { readonly kind: 'load'; readonly key: string; readonly step: CompiledStep }
  /** Runs steps, each with its inputs. Stops between two steps when `stop[0]` is not 0. */
  | {
      readonly kind: 'run';
      readonly key: string;
      readonly steps: readonly StepArrays[];
      readonly stop: Int32Array;
    }
  /** Runs a model once, without state. */
  | { readonly kind: 'try'; readonly model: Uint8Array; readonly feeds: Feeds }
  /** Makes an onnxruntime session of a file that heatstream did not write; answers with its OnnxPorts. */
  | { readonly kind: 'open'; readonly file: string }
  /** Runs the file that was opened. */
  | { readonly kind: 'infer'; readonly feeds: Readonly<Record<string, OnnxArray>> }
  /** Keeps filters in blocks of so many lanes from now on. */
  | { readonly kind: 'block'; readonly block: number }
  /** Ends the worker. */
  | { readonly kind: 'close' };

export interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly message: string; readonly isAbort: boolean };
}

export interface WorkerData {
  readonly gate: Gate;
  readonly threads: number;
  readonly provider: Provider;
}
