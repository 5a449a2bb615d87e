// Packs a paired step into the typed arrays that the training step takes.
import { packTransforms } from '../augment/transforms.ts';
import type { Inputs } from '../engine/types.ts';
import type { Method } from '../methods/method.ts';
import type { Learning } from '../methods/learning.ts';
import { createOptimizer } from '../models/optimizer.ts';
import { learningRateAt, rampUp, type Schedule } from '../models/schedule.ts';
import { alignOf, codecNamed, type CodecName } from '../pose/codec.ts';
import { partners } from '../pose/partners.ts';
import type { PixelOrigin, Size, Skeleton } from '../pose/types.ts';
import type { BatchMemory } from './batch-memory.ts';
import { concatenate } from './concatenate.ts';
import type { PairedStep } from './pair.ts';

export interface BatchContext {
  readonly heatmap: Size;
  readonly stride: number;
  readonly origin: PixelOrigin;
  readonly codec: CodecName;
  readonly sigma: number;
  readonly skeleton: Skeleton;
  readonly method: Method;
  readonly usesPool: boolean;
  readonly learning: Learning;
  readonly schedule: Schedule;
  readonly weight: number;
  /** Steps over which the weight grows. */
  readonly ramp: number;
  /** How much of the averaged teacher stays after a step, below 1. */
  readonly teacherDecay: number;
  /** The same of weights that are averaged over time. */
  readonly ema: number;
  /** Holds crops and heatmaps: to be given back once the batch is trained. */
  readonly memory: BatchMemory;
}

export interface Batch {
  readonly step: number;
  readonly inputs: Inputs;
  readonly learningRate: number;
  /** Consistency weight of this step. */
  readonly weight: number;
}

/** People whose heatmaps are drawn in one go. */
const DRAWN_AT_ONCE = 8;

export function batch(paired: PairedStep, context: BatchContext): Batch {
  const parts = batchInParts(paired, context);
  let part = parts.next();
  while (part.done !== true) part = parts.next();
  return part.value;
}

/** The same work in parts of a millisecond or two, so that others get their turn between them. */
export function* batchInParts(
  paired: PairedStep,
  context: BatchContext,
): Generator<undefined, Batch> {
  const { step } = paired.plan;
  const { learning, memory } = context;
  const learningRate = learningRateAt(step, context.schedule);
  const labelled = {
    labelledCrops: concatenate(
      paired.labelled.map(({ crop }) => crop),
      memory,
    ),
    labelledViews: packTransforms(paired.labelledViews),
    ...(yield* encodeTargets(paired, context)),
    rates: createOptimizer(learning.optimizer).rates(learningRate, step),
    ...(learning.averages && { averageDecay: Float32Array.of(averageDecay(step, context.ema)) }),
  };
  if (!context.usesPool) return { step, inputs: labelled, learningRate, weight: 0 };

  const isStored = context.method.teacher === 'stored';
  const untaught = isStored && !paired.targets;
  const weight = untaught ? 0 : rampUp(step, context.weight, context.ramp);
  const pool = { ...packPool(paired, memory), weight: Float32Array.of(weight) };
  yield;
  const teacher = {
    ...(isStored && { teacherHeatmaps: packTargets(paired, context) }),
    ...(context.method.teacher === 'average' && {
      decay: Float32Array.of(averageDecay(step, context.teacherDecay)),
    }),
  };
  return {
    step,
    inputs: { ...labelled, ...pool, ...teacher },
    learningRate,
    weight,
  };
}

/** Crops of the pool, and what the step needs to draw both views of them. */
export const packPool = (paired: PairedStep, memory?: BatchMemory) => ({
  poolCrops: concatenate(paired.pool, memory),
  ...(paired.hardCrops && { hardCrops: concatenate(paired.hardCrops, memory) }),
  easyViews: packTransforms(paired.easyViews),
  hardViews: packTransforms(paired.hardViews),
  hardHeatmapViews: packTransforms(paired.hardHeatmapViews),
  ...paired.extras,
});

/** Early on the plain mean of all weights so far, so that the fresh ones are soon forgotten. */
const averageDecay = (step: number, decay: number) => Math.min(decay, 1 - 1 / (step + 1));

function* encodeTargets(
  { labelledKeypoints }: PairedStep,
  { heatmap, stride, origin, codec: name, sigma, skeleton, memory }: BatchContext,
): Generator<undefined, { targets: Float32Array; targetWeights: Float32Array }> {
  const joints = skeleton.joints.length;
  const size = heatmap.width * heatmap.height * joints;
  const targets = memory.floats(labelledKeypoints.length * size);
  const targetWeights = new Float32Array(labelledKeypoints.length * joints);
  const codec = codecNamed(name);
  const align = alignOf(codec, origin);
  for (const [i, keypoints] of labelledKeypoints.entries()) {
    if (i % DRAWN_AT_ONCE === 0) yield;
    const weights = codec.encode(
      keypoints,
      { heatmap, stride, sigma, origin: align },
      targets.subarray(i * size, (i + 1) * size),
    );
    targetWeights.set(weights, i * joints);
  }
  return { targets, targetWeights };
}

function packTargets(
  { targets, mirrored, pool }: PairedStep,
  { heatmap, skeleton, method, memory }: BatchContext,
): Float32Array {
  const size = heatmap.width * heatmap.height * skeleton.joints.length * method.networks;
  const packed = memory.floats(pool.length * size);
  const partner = partners(skeleton, method.networks);
  targets?.forEach((target, i) => {
    packed.set(mirrored[i] ? swapSides(target.heatmap, partner) : target.heatmap, i * size);
  });
  return packed;
}

/** Every channel goes to its partner. */
function swapSides(heatmap: Float32Array, partner: readonly number[]): Float32Array {
  return heatmap.map((_, i) => {
    const joint = i % partner.length;
    return heatmap[i - joint + partner[joint]!]!;
  });
}
