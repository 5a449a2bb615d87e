// SimpleBaseline (Xiao et al., ECCV 2018): ResNet trunk, three up-convolutions, 1x1 head. Heatmaps at a quarter of the input.
// Names are those of lib/models/pose_resnet.py of the paper's code.
import {
  batchNorm,
  conv,
  maxPoolAfterRelu,
  observed,
  relu,
  sequence,
  upConv,
  type Layer,
} from './layer.ts';
import { basicBlock, bottleneck, EXPANSION } from './residual.ts';

/** Blocks a stage. */
const TRUNKS = {
  18: { kind: 'basic', blocks: [2, 2, 2, 2] },
  34: { kind: 'basic', blocks: [3, 4, 6, 3] },
  50: { kind: 'bottleneck', blocks: [3, 4, 6, 3] },
  101: { kind: 'bottleneck', blocks: [3, 4, 23, 3] },
  152: { kind: 'bottleneck', blocks: [3, 8, 36, 3] },
} as const;

const DECONV_CHANNELS = 256;

export function simpleBaseline(depth: keyof typeof TRUNKS, joints: number): Layer {
  const { kind, blocks } = TRUNKS[depth];
  const layers = [
    conv('conv1', [3, 64], 7, { stride: 2 }),
    batchNorm('bn1', 64),
    relu,
    observed('maxpool', maxPoolAfterRelu),
  ];
  let from = 64;
  blocks.forEach((count, stage) => {
    const width = 64 * 2 ** stage;
    const parts: Layer[] = [];
    for (let k = 0; k < count; k++) {
      const name = `layer${stage + 1}.${k}`;
      const stride = stage > 0 && k === 0 ? 2 : 1;
      const block = kind === 'basic' ? basicBlock : bottleneck;
      parts.push(block(name, [from, width], { stride }));
      from = kind === 'basic' ? width : EXPANSION * width;
    }
    layers.push(observed(`layer${stage + 1}`, sequence(parts)));
  });
  const ups: Layer[] = [];
  for (let up = 0; up < 3; up++) {
    ups.push(
      upConv(`deconv_layers.${3 * up}`, [from, DECONV_CHANNELS], { std: 0.001 }),
      batchNorm(`deconv_layers.${3 * up + 1}`, DECONV_CHANNELS),
      relu,
    );
    from = DECONV_CHANNELS;
  }
  layers.push(
    observed('deconv_layers', sequence(ups)),
    conv('final_layer', [from, joints], 1, { bias: { constant: 0 }, init: { std: 0.001 } }),
  );
  return sequence(layers);
}
