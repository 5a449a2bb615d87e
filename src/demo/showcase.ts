// Pictures for the report: JPEG → easy view → teacher heatmap → hard view → prediction, for a few unlabelled people.
import { drawEasy, drawExtra, sourceFromView } from '../augment/views.ts';
import { heatmapOverlay, drawKeypoints } from '../image/overlay.ts';
import { decodeRgb } from '../image/decode.ts';
import { warpRgb } from '../image/warp.ts';
import type { FigureRow } from '../monitor/report-data.ts';
import { compose, identity, invert } from '../pose/affine.ts';
import { cropFromInput } from '../pose/crop-geometry.ts';
import { rng } from '../pose/random.ts';
import type { Affine, Crop, CropSpec, Skeleton } from '../pose/types.ts';
import type { Recipe } from '../config/recipe.ts';
import type { Predictor } from '../stages/predict.ts';

export interface ShowcaseContext {
  readonly predictor: Predictor;
  readonly recipe: Recipe;
  readonly spec: CropSpec;
  readonly skeleton: Skeleton;
  readonly seed: number;
}

export interface ShowcasePerson {
  readonly crop: Crop;
  readonly name: string;
  /** Bytes of the picture file. */
  readonly file: Uint8Array;
}

const SCALE = 3;

export async function showcaseRow(
  { crop, name, file }: ShowcasePerson,
  index: number,
  { predictor, recipe, spec, skeleton, seed }: ShowcaseContext,
): Promise<FigureRow> {
  const easy = sourceFromView(
    drawEasy(rng(seed, 'showcase easy', index, 0)),
    spec.input,
    spec.origin,
  );
  const extra = sourceFromView(
    drawExtra(rng(seed, 'showcase hard', index, 0)),
    spec.input,
    spec.origin,
  );
  const easyCrop = storedView(crop, easy, spec);
  const hardCrop = storedView(easyCrop, extra, spec);
  const [seen, taught] = await predictor.predict([crop, easyCrop]);
  const { pixels, size } = await decodeRgb(file);
  const toJpeg = (rgb: Crop) =>
    drawKeypoints(rgb.pixels, rgb.size, [], { joints: [], edges: [] }, { scale: SCALE });
  return {
    caption: name,
    pictures: [
      { caption: 'picture', image: file },
      { caption: 'easy view', image: await toJpeg(easyCrop) },
      {
        caption: 'teacher heatmap',
        image: await heatmapOverlay(
          easyCrop.pixels,
          easyCrop.size,
          taught!.heatmap,
          recipe.heatmap,
          {
            scale: SCALE,
          },
        ),
      },
      { caption: 'hard view', image: await toJpeg(hardCrop) },
      {
        caption: 'prediction',
        image: await drawKeypoints(pixels, size, seen!.keypoints, skeleton, { scale: 2 }),
      },
    ],
  };
}

/** A crop of the stored size that shows a view of another one. */
function storedView(crop: Crop, inputFromView: Affine, spec: CropSpec): Crop {
  const toCrop = cropFromInput(spec);
  const sourceFromResult = compose(toCrop, compose(inputFromView, invert(toCrop)));
  const pixels = warpRgb(crop.pixels, crop.size, {
    size: crop.size,
    sourceFromResult,
    padding: 'zero',
    fill: spec.fill,
  });
  return { ...crop, pixels, cropFromImage: identity };
}
