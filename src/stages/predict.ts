// Runs a model over crops and maps its peaks back to the pictures.
import { packTransforms } from '../augment/transforms.ts';
import type { Engine, StateArrays } from '../engine/types.ts';
import { predictInputs, predictStep, type BnMode } from '../methods/predict-step.ts';
import type { StepGeometry } from '../methods/view.ts';
import type { Network } from '../models/network.ts';
import { apply, compose, invert } from '../pose/affine.ts';
import { cropFromInput } from '../pose/crop-geometry.ts';
import { decodeHeatmaps, inputFromHeatmap, type DecodeOptions } from '../pose/decode.ts';
import type { Crop, CropSpec, PredictedKeypoint } from '../pose/types.ts';
import { concatenate } from './concatenate.ts';

export interface Prediction {
  /** Pixels of the upright picture; score = height of the peak. */
  readonly keypoints: readonly PredictedKeypoint[];
  /** [h, w, joints] */
  readonly heatmap: Float32Array;
}

export interface Predictor {
  /** Crops a call; fewer are padded with the first one. */
  readonly batch: number;
  /** The canonical view, one prediction a crop. */
  predict(crops: readonly Crop[]): Promise<Prediction[]>;
  dispose(): Promise<void>;
}

export interface PredictorOptions {
  readonly engine: Engine;
  readonly network: Network;
  readonly weights: StateArrays;
  readonly geometry: StepGeometry;
  readonly spec: CropSpec;
  readonly batch: number;
  readonly decode: Pick<DecodeOptions, 'refine' | 'empty'>;
  readonly bn?: BnMode;
}

export async function openPredictor(options: PredictorOptions): Promise<Predictor> {
  const { engine, network, weights, geometry, spec, batch, decode, bn = 'running' } = options;
  const session = await engine.open(
    Object.fromEntries(Object.entries(weights).map(([name, array]) => [`net.${name}`, array])),
  );
  const runner = await session.compile(
    predictStep(network, geometry, { weights: 'net.', bn }),
    predictInputs(batch, geometry),
  );
  const { heatmap, input } = geometry;
  const { joints } = network;
  const toCrop = cropFromInput(spec);
  const cropFromHeatmap = compose(
    toCrop,
    inputFromHeatmap(input.width / heatmap.width, spec.origin),
  );
  const size = heatmap.width * heatmap.height * joints;

  return {
    batch,
    async predict(crops) {
      const padded = Array.from({ length: batch }, (_, i) => crops[i] ?? crops[0]!);
      const [outputs] = await runner.run([
        { crops: concatenate(padded), views: packTransforms(padded.map(() => toCrop)) },
      ]);
      const { data } = outputs!.heatmaps;
      return crops.map((crop, i) => {
        const map = data.slice(i * size, (i + 1) * size);
        const imageFromHeatmap = compose(invert(crop.cropFromImage), cropFromHeatmap);
        const [peaks] = decodeHeatmaps(map, { ...decode, batch: 1, heatmap, joints });
        return {
          heatmap: map,
          keypoints: peaks!.map((peak) => ({
            ...apply(imageFromHeatmap, peak),
            score: peak.score,
          })),
        };
      });
    },
    dispose: () => session.dispose(),
  };
}
