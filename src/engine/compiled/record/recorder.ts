// A tfjs backend that computes nothing: every kernel call becomes a node of the program being recorded.
import type * as TF from '@tensorflow/tfjs';
import { tf } from '../../tf.ts';
import { constant } from '../program/constant.ts';
import { reshape } from '../program/layout.ts';
import type { Node } from '../program/node.ts';
import type { Program } from '../program/program.ts';
import { convolutions } from './conv.ts';
import { elementwise } from './elementwise.ts';
import { generators } from './generate.ts';
import type { Kernel } from './kernel.ts';
import { layouts } from './layout.ts';
import { reductions } from './reduce.ts';
import { resizes } from './resize.ts';

/** tfjs's name of the recording backend. */
export const recorderName = 'heatstream-record';

const kernels = {
  ...elementwise,
  ...reductions,
  ...layouts,
  ...convolutions,
  ...resizes,
  ...generators,
};

class Recorder extends tf.KernelBackend {
  program: Program | undefined;
  readonly #nodes = new WeakMap<object, Node>();

  nodeOf({ dataId, shape }: TF.TensorInfo): Node {
    const node = this.#nodes.get(dataId);
    if (!node)
      throw new Error(
        'the step uses a tensor made outside it: make it inside, or pass it as an input',
      );
    return reshape(this.#open(), node, shape);
  }

  infoOf(node: Node): TF.TensorInfo {
    const dataId = {};
    this.#nodes.set(dataId, node);
    return { dataId, shape: [...node.shape], dtype: node.dtype as TF.DataType };
  }

  override write(values: TF.BackendValues, shape: number[], dtype: TF.DataType): object {
    if (dtype === 'string' || dtype === 'complex64')
      throw new Error(`a step cannot hold ${dtype} tensors`);
    return this.infoOf(constant(this.#open(), values as ArrayLike<number>, shape, dtype)).dataId;
  }

  override readSync(): never {
    throw new Error(
      'the step reads a tensor (dataSync, arraySync, print): a recorded step has no values',
    );
  }

  override read(): Promise<never> {
    return Promise.resolve().then(() => this.readSync());
  }

  override move(): void {
    throw new Error('the step uses a tensor of another tfjs backend: make it inside the step');
  }

  override disposeData = () => true;
  override incRef = () => undefined;
  override refCount = () => 1;
  override numDataIds = () => 0;
  override floatPrecision = () => 32 as const;
  override epsilon = () => 1e-7;
  override timerAvailable = () => false;
  override memory = () => ({ unreliable: true });

  #open(): Program {
    if (!this.program) throw new Error('nothing is being recorded');
    return this.program;
  }
}

let recorder: Recorder | undefined;

/** Registers the backend and its kernels on the first call. */
export function theRecorder(): Recorder {
  if (recorder) return recorder;
  const made = (recorder = new Recorder());
  tf.registerBackend(recorderName, () => made, 0);
  const known = tf.getKernelsForBackend('cpu').map((k) => k.kernelName);
  for (const kernelName of new Set([...known, ...Object.keys(kernels)])) {
    const kernel = (kernels as Record<string, Kernel>)[kernelName] ?? refuse(kernelName);
    tf.registerKernel({
      kernelName,
      backendName: recorderName,
      kernelFunc: asKernelFunc(made, kernelName, kernel),
    });
  }
  return made;
}

function asKernelFunc(made: Recorder, name: string, kernel: Kernel): TF.KernelFunc {
  return ({ inputs, attrs }) => {
    const nodes = Object.fromEntries(
      Object.entries(inputs).flatMap(([k, info]) => (info ? [[k, made.nodeOf(info)]] : [])),
    );
    try {
      const out = kernel(made.program!, nodes, (attrs ?? {}) as never);
      return Array.isArray(out) ? out.map((n) => made.infoOf(n)) : made.infoOf(out);
    } catch (cause) {
      if (cause instanceof UnsupportedKernel) throw cause;
      throw new UnsupportedKernel(name, (cause as Error).message, { cause });
    }
  };
}

const refuse =
  (name: string): Kernel =>
  () => {
    throw new UnsupportedKernel(name, 'it has no ONNX form here');
  };

/** A step asks for something that cannot be written as ONNX. */
class UnsupportedKernel extends Error {
  readonly kernel: string;
  constructor(kernel: string, reason: string, options?: ErrorOptions) {
    const asked = /(\w+?)__op\b/.exec(new Error().stack ?? '')?.[1];
    const by = asked ? ` (asked for by tf.${asked})` : '';
    super(
      `the onnxruntime engine cannot record tfjs kernel ${kernel}${by}: ${reason}; use --engine wasm`,
      options,
    );
    this.name = 'UnsupportedKernel';
    this.kernel = kernel;
  }
}
