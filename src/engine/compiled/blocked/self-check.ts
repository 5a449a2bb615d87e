// Asks the runtime, before anything relies on it, whether its blocked operators are there and right, and how wide a block is.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../../tf.ts';
import type { Shapes, Step } from '../../types.ts';
import { stepGraph } from '../compile.ts';
import { OnnxGraph } from '../onnx/graph.ts';
import { writeModel } from '../onnx/write.ts';
import { record } from '../record/record.ts';
import { nchwc } from './map.ts';

/** Runs a model once: named float32 arrays in, named arrays out. */
export type TryModel = (
  model: Uint8Array,
  feeds: Readonly<
    Record<string, { readonly data: Float32Array; readonly dims: readonly number[] }>
  >,
) => Promise<Readonly<Record<string, Float32Array>>>;

const tolerance = 1e-4;

/** Lanes of a block. Throws where the runtime has no blocked operators or they give other numbers than the plain ones. */
export async function checkBlocks(tryModel: TryModel): Promise<number> {
  const block = await blockSize(tryModel);
  if (block !== 8 && block !== 16) throw new Error(`blocks of ${block} lanes are unknown here`);
  const shapes: Shapes<'x' | 'filter'> = {
    x: { shape: [block, 6, 4, 24], dtype: 'float32' },
    filter: { shape: [3, 3, 24, 20], dtype: 'float32' },
  };
  const recording = record(layer, shapes, {});
  const feeds = Object.fromEntries(
    Object.entries(shapes).map(([name, { shape }]) => [
      `in:${name}`,
      { data: wave(shape), dims: shape },
    ]),
  );
  const [plain, blocked] = [await outputs(undefined), await outputs(block)];
  for (const [name, expected] of Object.entries(plain)) {
    const error = worstError(blocked[name]!, expected);
    if (!(error < tolerance))
      throw new Error(`blocked ${name} differs from the plain one by ${error}`);
  }
  return block;

  async function outputs(lanes: number | undefined) {
    return tryModel(writeModel(stepGraph(recording, { block: lanes })), feeds);
  }
}

/** A map of 4 channels comes back padded to one block. */
async function blockSize(tryModel: TryModel): Promise<number> {
  const graph = new OnnxGraph();
  const x = graph.input('x', [1, 4, 1, 1]);
  const blocked = graph.op('ReorderInput', [x], {}, nchwc);
  graph.output('y', graph.op('Cast', [graph.op('Shape', [blocked])], { to: 1 }), [4]);
  const { y } = await tryModel(writeModel(graph), {
    x: { data: new Float32Array(4), dims: [1, 4, 1, 1] },
  });
  return y![1]!;
}

/** One convolution with its gradients, rectified. */
const layer: Step<'x' | 'filter', 'y' | 'dx' | 'dw'> = {
  name: 'self-check',
  run(_, { x, filter }) {
    const y = (a: Tensor, w: Tensor) => tf.relu(tf.conv2d(a as Tensor4D, w as Tensor4D, 1, 'same'));
    const [dx, dw] = tf.grads((a, w) => tf.sum(tf.square(y(a, w))))([x, filter]);
    return { state: {}, outputs: { y: y(x, filter), dx: dx!, dw: dw! } };
  },
};

const wave = (shape: readonly number[]): Float32Array =>
  Float32Array.from(
    { length: shape.reduce((n, d) => n * d, 1) },
    (_, i) => Math.sin(i * 0.7) + Math.cos(i * 0.11),
  );

function worstError(got: Float32Array, expected: Float32Array): number {
  const scale = expected.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  return expected.reduce((worst, v, i) => Math.max(worst, Math.abs(got[i]! - v)), 0) / scale;
}
