// The onnxruntime side of a file that heatstream did not write. Lives in the worker.
import type * as ORT from 'onnxruntime-node';
import type { OnnxArray, OnnxPort, OnnxPorts } from '../../external/ports.ts';
import type { NamedArray } from '../../types.ts';
import { createSession, ort } from './create-session.ts';

export class FileRuntime {
  readonly #threads: number;
  #session: ORT.InferenceSession | undefined;

  constructor(threads: number) {
    this.#threads = threads;
  }

  async open(path: string): Promise<OnnxPorts> {
    this.#session = await createSession(path, { threads: this.#threads });
    const { inputMetadata, outputMetadata } = this.#session;
    return { inputs: inputMetadata.map(portOf), outputs: outputMetadata.map(portOf) };
  }

  /** @returns outputs of float32, and whole numbers (class numbers, counts) as such; no others */
  async infer(feeds: Readonly<Record<string, OnnxArray>>): Promise<Record<string, NamedArray>> {
    const tensors = Object.entries(feeds).map(
      ([name, { data, shape }]) => [name, tensorOf(data, shape)] as const,
    );
    const results = await this.#session!.run(Object.fromEntries(tensors));
    return Object.fromEntries(
      Object.entries(results).flatMap(([name, { data, dims }]) => {
        const numbers = floatsOf(data);
        return numbers ? [[name, { shape: dims, data: numbers }]] : [];
      }),
    );
  }

  async release(): Promise<void> {
    await this.#session?.release();
  }
}

function portOf(port: ORT.InferenceSession.ValueMetadata): OnnxPort {
  return port.isTensor
    ? { name: port.name, type: port.type, shape: port.shape }
    : { name: port.name, type: 'not a tensor', shape: [] };
}

function tensorOf(data: OnnxArray['data'], shape: readonly number[]): ORT.Tensor {
  if (data instanceof Uint8Array) return new ort.Tensor('uint8', data, shape);
  if (data instanceof Int32Array) return new ort.Tensor('int32', data, shape);
  return new ort.Tensor('float32', data, shape);
}

/** Whole numbers are exact below 2^24. */
function floatsOf(data: ORT.Tensor['data']): Float32Array | undefined {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number);
  return data instanceof Int32Array ? Float32Array.from(data) : undefined;
}
