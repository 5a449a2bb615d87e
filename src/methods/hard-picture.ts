// The extras of a hard view inside the step: cut-outs and mixtures, placed by the teacher's heatmaps where they hit joints.
import type { Rank, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { extraInput } from '../augment/extra-draws.ts';
import { keptPixels, peakPositions, truncated } from '../augment/holes.ts';
import type { Extra, View } from '../augment/view.ts';
import { tf } from '../engine/tf.ts';
import type { Tensors } from '../engine/types.ts';
import { inputFromHeatmap } from '../pose/decode.ts';
import type { HeatmapAlign } from '../pose/types.ts';
import { warp, type StepGeometry } from './view.ts';

export interface ExtraContext {
  readonly inputs: Tensors;
  readonly geometry: StepGeometry;
  readonly align: HeatmapAlign;
  /** The reference's mix-up of width and height: see keptPixels. */
  readonly isReference: boolean;
  /** Whose student will see the picture: every network has its own draws. */
  readonly network: number;
}

/**
 * @param picture [batch, h, w, 3], normalised: 0 is the mean colour, which fills the holes
 * @param heatmaps the teacher's, in the frame of the picture
 */
export function hardPicture(
  picture: Tensor4D,
  heatmaps: Tensor4D,
  view: View,
  context: ExtraContext,
): Tensor4D {
  return view.extras.reduce(
    (seen, extra, index) => withExtra(seen, heatmaps, extra, index, context),
    picture,
  );
}

function withExtra(
  picture: Tensor4D,
  heatmaps: Tensor4D,
  extra: Extra,
  index: number,
  context: ExtraContext,
): Tensor4D {
  const { inputs, geometry, network, isReference } = context;
  const { input } = geometry;
  const size = { width: input.width, height: input.height };
  const read = (part: 'boxes' | 'joints') => inputs[extraInput(network, index, part)] as Tensor3D;
  switch (extra.kind) {
    case 'joint-cutout': {
      const { centre, half } = boxesOf(read('boxes'));
      const joints = tf.matMul(read('joints'), positions(heatmaps, context));
      const holes = { centres: tf.add<Tensor3D>(joints, centre), halves: half };
      const swapped = { width: size.height, height: size.width };
      return tf.mul(picture, keptPixels(holes, size, isReference ? swapped : size));
    }
    case 'cutout': {
      const { centre, half } = boxesOf(read('boxes'));
      return tf.mul(picture, keptPixels({ centres: centre, halves: half }, size));
    }
    case 'cutmix': {
      const { centre, half } = boxesOf(read('boxes'));
      const kept = keptPixels({ centres: centre, halves: half }, size);
      return blend(picture, neighbour(picture, 1), kept);
    }
    case 'mixup': {
      const ratio = inputs[extraInput(network, index, 'ratio')]!;
      const own = tf.reshape<Rank.R4>(ratio, [-1, 1, 1, 1]);
      return blend(picture, neighbour(picture, 1), own);
    }
    case 'cut-occlude':
      return occluded(picture, heatmaps, extra.count, read, context);
    case 'rand-augment':
    case 'colour':
      return picture; // done on the crop, before the step
  }
}

/** Pastes a patch around a random joint of another picture onto a joint of this one; another donor for each patch. */
function occluded(
  picture: Tensor4D,
  heatmaps: Tensor4D,
  count: number,
  read: (part: 'boxes' | 'joints') => Tensor3D,
  context: ExtraContext,
): Tensor4D {
  const [batch, , , joints] = heatmaps.shape;
  const size = context.geometry.input;
  const { centre, half } = boxesOf(read('boxes'));
  const hit = read('joints');
  const own = positions(heatmaps, context);
  let result = picture;
  for (let k = 0; k < count; k++) {
    const one = (x: Tensor3D) => tf.slice(x, [0, k, 0], [batch, 1, x.shape[2]]);
    const donorJoint = tf.slice(hit, [0, count + k, 0], [batch, 1, joints]);
    const to = truncated(tf.add(tf.matMul(one(hit), own), one(centre)));
    const from = truncated(tf.matMul(donorJoint, neighbour(own, k + 1)));
    const shift = tf.reshape<Rank.R2>(tf.sub(from, to), [batch, 2]);
    const patch = warp(neighbour(picture, k + 1), translations(shift), size);
    result = blend(result, patch, keptPixels({ centres: to, halves: one(half) }, size));
  }
  return result;
}

function positions(
  heatmaps: Tensor4D,
  { geometry: { input, heatmap }, align }: ExtraContext,
): Tensor3D {
  return peakPositions(heatmaps, inputFromHeatmap(input.width / heatmap.width, align, heatmap));
}

/** [batch, n, 4] to its two halves. */
function boxesOf(boxes: Tensor3D): { readonly centre: Tensor3D; readonly half: Tensor3D } {
  const [batch, n] = boxes.shape;
  return {
    centre: tf.slice(boxes, [0, 0, 0], [batch, n, 2]),
    half: tf.slice(boxes, [0, 0, 2], [batch, n, 2]),
  };
}

/** Every sample is given the one `distance` places on: the order of a batch is random already. */
function neighbour<T extends Tensor3D | Tensor4D>(x: T, distance: number): T {
  const [batch, ...rest] = x.shape;
  const by = distance % batch;
  if (by === 0) return x;
  const none = rest.map(() => 0);
  const [head, tail]: [T, T] = [
    tf.slice(x, [0, ...none], [by, ...rest]),
    tf.slice(x, [by, ...none], [batch - by, ...rest]),
  ];
  return tf.concat<T>([tail, head], 0);
}

const blend = (own: Tensor4D, other: Tensor4D, share: Tensor4D): Tensor4D =>
  tf.add(tf.mul(own, share), tf.mul(other, tf.sub(1, share)));

/** Rows for the warp: source = target + shift. */
function translations(shift: Tensor2D): Tensor2D {
  const [batch] = shift.shape;
  const [one, zero] = [tf.ones<Rank.R2>([batch, 1]), tf.zeros<Rank.R2>([batch, 1])];
  const x = tf.slice(shift, [0, 0], [batch, 1]);
  const y = tf.slice(shift, [0, 1], [batch, 1]);
  return tf.concat<Tensor2D>([one, zero, x, zero, one, y, zero, zero], 1);
}
