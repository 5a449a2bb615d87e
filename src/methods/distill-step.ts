// The labeller of DataDistill: heatmaps of several views of a crop, brought back to the canonical one and averaged.
import type { Tensor4D } from '@tensorflow/tfjs';
import { inverted, place, type Frame } from '../augment/placement.ts';
import { packTransforms } from '../augment/transforms.ts';
import type { ViewDraw } from '../augment/views.ts';
import { tf } from '../engine/tf.ts';
import type { Step } from '../engine/types.ts';
import { meanPeak } from '../models/loss.ts';
import { under, type Network } from '../models/network.ts';
import { compose } from '../pose/affine.ts';
import { partners } from '../pose/partners.ts';
import type { Affine, HeatmapAlign, PixelOrigin, Skeleton } from '../pose/types.ts';
import { input2d, input4d } from './inputs.ts';
import { drawView, warp, type StepGeometry } from './view.ts';

/** Each of these as it is and mirrored. Turns of half the easy view's deviation; Radosavovic et al. scale and mirror. */
export const DISTILLED_VIEWS: readonly ViewDraw[] = [
  { degrees: 0, scale: 1 },
  { degrees: 0, scale: 1.15 },
  { degrees: 15, scale: 1 },
  { degrees: -15, scale: 1 },
].flatMap((draw) => [
  { ...draw, mirror: false },
  { ...draw, mirror: true },
]);

export interface DistillOptions {
  readonly origin: PixelOrigin;
  readonly align: HeatmapAlign;
  readonly cropFromInput: Affine;
  readonly skeleton: Skeleton;
}

/** Inputs and outputs as predictStep's, weights `teacher.*`, running statistics; `views` is the canonical view of each crop. */
export function distillStep(
  network: Network,
  geometry: StepGeometry,
  { origin, align, cropFromInput, skeleton }: DistillOptions,
): Step<'crops' | 'views', 'heatmaps' | 'peak'> {
  const { input, heatmap } = geometry;
  const frame: Frame = { input, stride: input.width / heatmap.width, origin, align };
  const partner = partners(skeleton);
  return {
    name: `distill ${network.name} ${network.joints}`,
    variant: JSON.stringify([origin, align, cropFromInput, partner]),
    run(state, inputs) {
      const crops = input4d(inputs, 'crops');
      const [batch] = crops.shape;
      const rows = (affine: Affine) =>
        tf.tensor2d(packTransforms(Array.from({ length: batch }, () => affine)), [batch, 8]);
      const maps = DISTILLED_VIEWS.map((draw, i): Tensor4D => {
        const placed = place(draw, frame);
        const matrices =
          i === 0 ? input2d(inputs, 'views') : rows(compose(cropFromInput, placed.input));
        const view = drawView(crops, matrices, geometry);
        const seen = network.forward(view, 'eval', under(state, 'teacher.'));
        const back = i === 0 ? seen : warp(seen, rows(inverted(placed).heatmap), heatmap);
        return draw.mirror ? tf.gather(back, partner, 3) : back;
      });
      const heatmaps = tf.div<Tensor4D>(tf.addN(maps), maps.length);
      return { state: {}, outputs: { heatmaps, peak: meanPeak(heatmaps) } };
    },
  };
}
