// SimpleBaseline (Xiao et al., ECCV 2018): ResNet trunk, three up-convolutions, 1x1 head. Heatmaps at a quarter of the input.
import type { Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import { batchNorm, conv, maxPoolAfterRelu, relu, sequence, upConv, type Layer } from './layer.ts';

/** Basic blocks a stage. */
const BLOCKS = { 'sb-r18': [2, 2, 2, 2] } as const;
const DECONV_CHANNELS = 256;

export function simpleBaseline(name: keyof typeof BLOCKS, joints: number): Layer {
  const layers = [
    conv('conv1', [3, 64], 7, { stride: 2 }),
    batchNorm('bn1', 64),
    relu,
    maxPoolAfterRelu,
  ];
  let from = 64;
  BLOCKS[name].forEach((count, stage) => {
    const to = 64 * 2 ** stage;
    for (let block = 0; block < count; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      layers.push(basicBlock(`layer${stage + 1}.${block}`, from, to, stride));
      from = to;
    }
  });
  for (let up = 0; up < 3; up++) {
    layers.push(
      upConv(`deconv_layers.${3 * up}`, [from, DECONV_CHANNELS], { std: 0.001 }),
      batchNorm(`deconv_layers.${3 * up + 1}`, DECONV_CHANNELS),
      relu,
    );
    from = DECONV_CHANNELS;
  }
  layers.push(conv('final_layer', [from, joints], 1, { bias: true, init: { std: 0.001 } }));
  return sequence(layers);
}

function basicBlock(name: string, from: number, to: number, stride: number): Layer {
  const branch = sequence([
    conv(`${name}.conv1`, [from, to], 3, { stride }),
    batchNorm(`${name}.bn1`, to),
    relu,
    conv(`${name}.conv2`, [to, to], 3),
    batchNorm(`${name}.bn2`, to),
  ]);
  const shortcut =
    stride === 1 && from === to
      ? sequence([])
      : sequence([
          conv(`${name}.downsample.0`, [from, to], 1, { stride }),
          batchNorm(`${name}.downsample.1`, to),
        ]);
  return residual(branch, shortcut);
}

/** relu(branch(x) + shortcut(x)) */
export function residual(branch: Layer, shortcut: Layer): Layer {
  return {
    parameters: [...branch.parameters, ...shortcut.parameters],
    apply: (x: Tensor4D, scope) =>
      tf.relu(tf.add(branch.apply(x, scope), shortcut.apply(x, scope))),
  };
}
