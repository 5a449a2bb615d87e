// Residual blocks under torchvision's names: conv1, bn1, …, downsample.0, downsample.1.
import { tf } from '../engine/tf.ts';
import { batchNorm, conv, relu, sequence, type Init, type Layer } from './layer.ts';

interface BlockOptions {
  /** @default 1 */
  readonly stride?: number;
  /** Of the filters. @default Kaiming normal, fan out */
  readonly init?: Init | undefined;
}

/** Two 3x3 convolutions, the first with the stride. */
export function basicBlock(
  name: string,
  [from, to]: readonly [from: number, to: number],
  { stride = 1, init }: BlockOptions = {},
): Layer {
  const branch = sequence([
    conv(`${name}.conv1`, [from, to], 3, { stride, init }),
    batchNorm(`${name}.bn1`, to),
    relu,
    conv(`${name}.conv2`, [to, to], 3, { init }),
    batchNorm(`${name}.bn2`, to),
  ]);
  return residual(branch, shortcut(name, [from, to], { stride, init }));
}

/** How many times wider a bottleneck's result is than its 3x3 convolution. */
export const EXPANSION = 4;

/** 1x1 to `width` channels, 3x3 with the stride, 1x1 to 4 x `width`. */
export function bottleneck(
  name: string,
  [from, width]: readonly [from: number, width: number],
  { stride = 1, init }: BlockOptions = {},
): Layer {
  const to = EXPANSION * width;
  const branch = sequence([
    conv(`${name}.conv1`, [from, width], 1, { init }),
    batchNorm(`${name}.bn1`, width),
    relu,
    conv(`${name}.conv2`, [width, width], 3, { stride, init }),
    batchNorm(`${name}.bn2`, width),
    relu,
    conv(`${name}.conv3`, [width, to], 1, { init }),
    batchNorm(`${name}.bn3`, to),
  ]);
  return residual(branch, shortcut(name, [from, to], { stride, init }));
}

/** The input itself where it fits, else a 1x1 convolution. */
function shortcut(
  name: string,
  [from, to]: readonly [number, number],
  { stride = 1, init }: BlockOptions,
): Layer {
  if (stride === 1 && from === to) return sequence([]);
  return sequence([
    conv(`${name}.downsample.0`, [from, to], 1, { stride, init }),
    batchNorm(`${name}.downsample.1`, to),
  ]);
}

/** relu(branch(x) + shortcut(x)) */
export function residual(branch: Layer, shortcut: Layer): Layer {
  return {
    parameters: [...branch.parameters, ...shortcut.parameters],
    apply: (x, scope) => tf.relu(tf.add(branch.apply(x, scope), shortcut.apply(x, scope))),
  };
}
