// HRNet (Sun et al., CVPR 2019): branches of several resolutions side by side that exchange their maps; heatmaps from the finest one.
// Names and initialisation are those of lib/models/pose_hrnet.py of deep-high-resolution-net.pytorch.
import type { Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import {
  batchNorm,
  conv,
  observed,
  relu,
  sequence,
  upsampleNearest,
  type Layer,
  type ParameterSpec,
  type Scope,
} from './layer.ts';
import { basicBlock, bottleneck } from './residual.ts';

/** Maps of the branches, the finest first: each next one has half the height and width. */
type Branches = readonly Tensor4D[];

interface BranchLayer {
  readonly parameters: readonly ParameterSpec[];
  apply(maps: Branches, scope: Scope): Branches;
}

/** Exchange modules of stages 2, 3 and 4, which have as many branches. */
const MODULES = [1, 4, 3];
const BLOCKS = 4;
const init = { std: 0.001 };

/** @param width channels of the finest branch; each next one has twice as many. */
export function hrnet(width: number, joints: number): Layer {
  const stem = sequence([
    ...['1', '2'].flatMap((k) => [
      conv(`conv${k}`, [k === '1' ? 3 : 64, 64], 3, { stride: 2, init }),
      batchNorm(`bn${k}`, 64),
      relu,
    ]),
    observed(
      'layer1',
      sequence(
        Array.from({ length: 4 }, (_, k) =>
          bottleneck(`layer1.${k}`, [k === 0 ? 64 : 256, 64], { init }),
        ),
      ),
    ),
  ]);
  const stages: BranchLayer[] = [];
  let from = [256];
  MODULES.forEach((count, k) => {
    const channels = Array.from({ length: k + 2 }, (_, i) => width * 2 ** i);
    stages.push(transition(`transition${k + 1}`, from, channels));
    for (let m = 0; m < count; m++) {
      const isLast = k === MODULES.length - 1 && m === count - 1;
      stages.push(exchange(`stage${k + 2}.${m}`, channels, isLast ? 1 : channels.length));
    }
    stages.push(seen(`stage${k + 2}`));
    from = channels;
  });
  const head = conv('final_layer', [width, joints], 1, { bias: { constant: 0 }, init });
  return {
    parameters: [stem, ...stages, head].flatMap((layer) => layer.parameters),
    apply(x, scope) {
      const maps = stages.reduce<Branches>(
        (y, stage) => stage.apply(y, scope),
        [stem.apply(x, scope)],
      );
      return head.apply(maps[0]!, scope);
    },
  };
}

/** Shows the branches as they leave a stage. */
const seen = (name: string): BranchLayer => ({
  parameters: [],
  apply(maps, scope) {
    for (const [i, map] of maps.entries()) scope.observe?.(`${name}[${i}]`, map);
    return maps;
  },
});

/** Maps of other channels where the branch exists, and one more branch from the coarsest map. */
function transition(name: string, from: readonly number[], to: readonly number[]): BranchLayer {
  const last = from.length - 1;
  const branches = to.map((channels, i) => {
    if (i > last) return unit(`${name}.${i}.0`, [from[last]!, channels], 3, { stride: 2 });
    return from[i] === channels ? sequence([]) : unit(`${name}.${i}`, [from[i]!, channels], 3);
  });
  return {
    parameters: branches.flatMap((layer) => layer.parameters),
    apply: (maps, scope) =>
      branches.map((layer, i) => layer.apply(maps[Math.min(i, last)]!, scope)),
  };
}

/** Residual blocks on every branch; then each of the first `outputs` branches gets the sum of all, brought to its size. */
function exchange(name: string, channels: readonly number[], outputs: number): BranchLayer {
  const branches = channels.map((width, i) =>
    sequence(
      Array.from({ length: BLOCKS }, (_, k) =>
        basicBlock(`${name}.branches.${i}.${k}`, [width, width], { init }),
      ),
    ),
  );
  const fuses = channels
    .slice(0, outputs)
    .map((_, i) => channels.map((_, j) => fuse(`${name}.fuse_layers.${i}.${j}`, channels, [j, i])));
  return {
    parameters: [...branches, ...fuses.flat()].flatMap((layer) => layer.parameters),
    apply(maps, scope) {
      const refined = branches.map((branch, i) => branch.apply(maps[i]!, scope));
      return fuses.map((row) => {
        const parts = row.map((layer, j) => layer.apply(refined[j]!, scope));
        return tf.relu(parts.reduce((sum, part) => tf.add(sum, part)));
      });
    },
  };
}

/** Brings the map of branch `from` to the size and channels of branch `to`. */
function fuse(
  name: string,
  channels: readonly number[],
  [from, to]: readonly [number, number],
): Layer {
  const [have, want] = [channels[from]!, channels[to]!];
  if (from > to) {
    const narrowed = unit(name, [have, want], 1, { isRectified: false });
    return sequence([narrowed, upsampleNearest(2 ** (from - to))]);
  }
  return sequence(
    Array.from({ length: to - from }, (_, k) => {
      const isLast = k === to - from - 1;
      const ends = [have, isLast ? want : have] as const;
      return unit(`${name}.${k}`, ends, 3, { stride: 2, isRectified: !isLast });
    }),
  );
}

/** Convolution `name.0`, BN `name.1`, ReLU. */
function unit(
  name: string,
  channels: readonly [number, number],
  kernel: number,
  { stride = 1, isRectified = true } = {},
): Layer {
  return sequence([
    conv(`${name}.0`, channels, kernel, { stride, init }),
    batchNorm(`${name}.1`, channels[1]),
    ...(isRectified ? [relu] : []),
  ]);
}
