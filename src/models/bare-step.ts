// A network's evaluation pass as others call it: normalised pictures in, heatmaps out, channels before rows and columns.
import type { Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import type { ArraySpec, Step } from '../engine/types.ts';
import type { Size } from '../pose/types.ts';
import { type Network, under } from './network.ts';

/** `input` [batch, 3, height, width] to `heatmaps` [batch, joints, height / 4, width / 4]; the state holds the weights by their own names. */
export const bareStep = (network: Network): Step<'input', 'heatmaps'> => ({
  name: `bare ${network.name} ${network.joints}`,
  run(state, { input }) {
    const pictures: Tensor4D = tf.transpose(input as Tensor4D, [0, 2, 3, 1]);
    const heatmaps = network.forward(pictures, 'eval', under(state, ''));
    return { state: {}, outputs: { heatmaps: tf.transpose(heatmaps, [0, 3, 1, 2]) } };
  },
});

export const bareInputs = (batch: number, { width, height }: Size): Record<'input', ArraySpec> => ({
  input: { shape: [batch, 3, height, width], dtype: 'float32' },
});
