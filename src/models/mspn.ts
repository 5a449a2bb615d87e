// MSPN (Li et al., 2019): stages of a ResNet-50 down and a light path up again; each stage passes its maps on to the next one.
// Names and initialisation are those of exps/mspn.2xstg.coco/network.py of megvii-research/MSPN.
import type { Tensor4D } from '@tensorflow/tfjs';
import { tf } from '../engine/tf.ts';
import {
  batchNorm,
  conv,
  fanIn,
  kaimingFanOut,
  maxPoolAfterRelu,
  observed,
  relu,
  resizeAligned,
  sequence,
  type Init,
  type Layer,
  type MultiLayer,
  type ParameterSpec,
  type Scope,
} from './layer.ts';
import { EXPANSION, residual } from './residual.ts';

/** Bottlenecks at the four resolutions of the way down, fine to coarse, and the channels there. */
const BLOCKS = [3, 4, 6, 3];
const CHANNELS = [256, 512, 1024, 2048];
/** Channels between stages. */
const STEM = 64;
/** Channels of the way up. */
const UP = 256;

/** What a stage gets. */
interface Handover {
  readonly x: Tensor4D;
  /** Maps to add at the four resolutions on the way down, fine to coarse; none for the first stage. */
  readonly skips: readonly Tensor4D[];
}

/** Outputs: four heatmaps a stage, coarse to fine, all at the finest size; the last one of the last stage is the prediction. */
export function mspn(stageCount: number, joints: number): MultiLayer {
  const top = observed(
    'top',
    sequence([unit('top.conv', [3, STEM], 7, { stride: 2 }), maxPoolAfterRelu]),
  );
  const stages = Array.from({ length: stageCount }, (_, k) =>
    stage(`stage${k}`, joints, k < stageCount - 1),
  );
  return {
    parameters: [top, ...stages].flatMap((layer) => layer.parameters),
    heads: stages.flatMap((each) => each.heads),
    apply(picture, scope) {
      const maps: Tensor4D[] = [];
      let from: Handover = { x: top.apply(picture, scope), skips: [] };
      for (const each of stages) {
        const result = each.apply(from, scope);
        maps.push(...result.maps);
        from = result.next;
      }
      return maps;
    },
  };
}

interface Stage {
  readonly parameters: readonly ParameterSpec[];
  readonly heads: readonly Layer[];
  apply(
    from: Handover,
    scope: Scope,
  ): { readonly maps: readonly Tensor4D[]; readonly next: Handover };
}

/** @param hasNext the last stage hands nothing over */
function stage(name: string, joints: number, hasNext: boolean): Stage {
  const down = BLOCKS.map((count, k) => {
    const [from, width] = [k === 0 ? STEM : CHANNELS[k - 1]!, CHANNELS[k]! / EXPANSION];
    const layer = `${name}.downsample.layer${k + 1}`;
    const blocks = Array.from({ length: count }, (_, i) =>
      i === 0
        ? mspnBottleneck(`${layer}.0`, [from, width], k === 0 ? 1 : 2)
        : mspnBottleneck(`${layer}.${i}`, [CHANNELS[k]!, width], 1),
    );
    return observed(layer, sequence(blocks));
  });
  const up = CHANNELS.toReversed().map((channels, k) =>
    upUnit(`${name}.upsample.up${k + 1}`, channels, { k, joints, hasNext }),
  );
  return {
    parameters: [...down, ...up].flatMap((layer) => layer.parameters),
    heads: up.map(({ head }) => head),
    apply({ x, skips }, scope) {
      const levels: Tensor4D[] = [];
      down.forEach((layer, k) => {
        const y = layer.apply(levels.at(-1) ?? x, scope);
        levels.push(skips[k] ? tf.add(y, skips[k]) : y);
      });
      const maps: Tensor4D[] = [];
      const handed: Tensor4D[] = [];
      let merged: Tensor4D | undefined;
      for (const [k, each] of up.entries()) {
        const level = levels.at(-1 - k)!;
        merged = each.merge(level, merged, scope);
        maps.push(resizeAligned(each.head.apply(merged, scope), levels[0]!));
        if (hasNext) handed.unshift(each.skip(level, merged, scope));
      }
      const cross = up.at(-1)!.cross.apply(merged!, scope);
      return { maps, next: { x: cross, skips: handed } };
    },
  };
}

interface UpUnit {
  readonly parameters: readonly ParameterSpec[];
  readonly head: Layer;
  /** To the 64 channels with which the next stage begins. */
  readonly cross: Layer;
  /** This level of the way down joined with what comes from the coarser one. */
  merge(level: Tensor4D, below: Tensor4D | undefined, scope: Scope): Tensor4D;
  /** What the next stage adds at this level. */
  skip(level: Tensor4D, merged: Tensor4D, scope: Scope): Tensor4D;
}

/** @param k 0 for the coarsest level … 3 for the finest */
function upUnit(
  name: string,
  channels: number,
  {
    k,
    joints,
    hasNext,
  }: { readonly k: number; readonly joints: number; readonly hasNext: boolean },
): UpUnit {
  const when = (isThere: boolean, make: () => Layer): Layer => (isThere ? make() : sequence([]));
  const side = unit(`${name}.u_skip`, [channels, UP], 1, { isRectified: false });
  const below = when(k > 0, () => unit(`${name}.up_conv`, [UP, UP], 1, { isRectified: false }));
  const skip1 = when(hasNext, () => unit(`${name}.skip1`, [channels, channels], 1));
  const skip2 = when(hasNext, () => unit(`${name}.skip2`, [UP, channels], 1));
  const cross = when(hasNext && k === 3, () => unit(`${name}.cross_conv`, [UP, STEM], 1));
  const head = sequence([
    unit(`${name}.res_conv1`, [UP, UP], 1),
    unit(`${name}.res_conv2`, [UP, joints], 3, { isRectified: false }),
  ]);
  return {
    parameters: [side, below, skip1, skip2, cross, head].flatMap((layer) => layer.parameters),
    head,
    cross,
    merge(level, coarser, scope) {
      const y = side.apply(level, scope);
      if (!coarser) return tf.relu(y);
      return tf.relu(tf.add(y, below.apply(resizeAligned(coarser, level), scope)));
    },
    skip: (level, merged, scope) => tf.add(skip1.apply(level, scope), skip2.apply(merged, scope)),
  };
}

function mspnBottleneck(
  name: string,
  [from, width]: readonly [from: number, width: number],
  stride: number,
): Layer {
  const to = EXPANSION * width;
  const trunk = (part: string, ends: readonly [number, number], kernel: number, more = {}) =>
    unit(`${name}.${part}`, ends, kernel, { init: kaimingFanOut(kernel, ends[1]), ...more });
  const branch = sequence([
    trunk('conv_bn_relu1', [from, width], 1),
    trunk('conv_bn_relu2', [width, width], 3, { stride }),
    trunk('conv_bn_relu3', [width, to], 1, { isRectified: false }),
  ]);
  const shortcut =
    from === to ? sequence([]) : trunk('downsample', [from, to], 1, { stride, isRectified: false });
  return residual(branch, shortcut);
}

interface UnitOptions {
  readonly stride?: number;
  readonly isRectified?: boolean;
  /** @default PyTorch's own for a convolution */
  readonly init?: Init;
}

/** Convolution with bias, BN, ReLU. */
function unit(
  name: string,
  channels: readonly [from: number, to: number],
  kernel: number,
  { stride = 1, isRectified = true, init }: UnitOptions = {},
): Layer {
  const bias = fanIn(kernel, channels[0]);
  const layers = [
    conv(`${name}.conv`, channels, kernel, { stride, bias, init: init ?? bias }),
    batchNorm(`${name}.bn`, channels[1]),
    ...(isRectified ? [relu] : []),
  ];
  return observed(name, sequence(layers));
}
