// Whether onnxruntime can run on a graphics card here: asked with one small convolution, in a worker that ends afterwards.
import type { Provider } from '../types.ts';
import { OnnxGraph } from './onnx/graph.ts';
import { writeModel } from './onnx/write.ts';
import { WorkerLink } from './worker/link.ts';

const missing: Readonly<Record<Exclude<Provider, 'cpu'>, string>> = {
  cuda: 'it needs the CUDA libraries of onnxruntime (`node node_modules/onnxruntime-node/script/install --onnxruntime-node-install=cuda12` downloads them), CUDA 12 and cuDNN 9',
  webgpu: 'it needs a graphics card with a Vulkan driver',
};

/** @throws an Error of one sentence: what is missing and what to do */
export async function checkProvider(provider: Exclude<Provider, 'cpu'>): Promise<void> {
  const link = new WorkerLink({ threads: 1, provider });
  try {
    const ones = (count: number, dims: readonly number[]) => ({
      data: new Float32Array(count).fill(1),
      dims,
    });
    const feeds = { x: ones(64, [1, 4, 4, 4]), filter: ones(144, [4, 4, 3, 3]) };
    const { y } = (await link.ask({ kind: 'try', model: convolution(), feeds })) as {
      y: Float32Array;
    };
    // Of 3 x 3 pixels and 4 channels in the middle.
    if (y[5] !== 36) throw new Error(`a convolution of ones gives ${y[5]} instead of 36`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `onnxruntime cannot run on ${provider} here (${shortened(reason)}): ${missing[provider]}`,
      { cause },
    );
  } finally {
    await link.close();
  }
}

function convolution(): Uint8Array {
  const graph = new OnnxGraph();
  const inputs = [graph.input('x', [1, 4, 4, 4]), graph.input('filter', [4, 4, 3, 3])];
  const attributes = { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] };
  graph.output('y', graph.op('Conv', inputs, attributes), [1, 4, 4, 4]);
  return writeModel(graph);
}

/** What the runtime says after the places in its own source. */
const shortened = (reason: string): string =>
  reason
    .split('\n')[0]!
    .replace(/^onnxruntime: /, '')
    .replace(/^.* was false\. /, '')
    .trim();
