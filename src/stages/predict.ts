// Runs a model over crops and maps its peaks back to the pictures.
import { packTransforms } from '../augment/transforms.ts';
import type { Engine, StateArrays } from '../engine/types.ts';
import { predictInputs, predictStep, type BnMode, type Weights } from '../methods/predict-step.ts';
import type { FlipTest } from '../methods/flip.ts';
import type { StepGeometry } from '../methods/view.ts';
import type { Network } from '../models/network.ts';
import { apply, compose, invert } from '../pose/affine.ts';
import { cropFromInput } from '../pose/crop-geometry.ts';
import type { Decoding } from '../pose/codec.ts';
import { decodeHeatmaps, inputFromHeatmap } from '../pose/decode.ts';
import type { Crop, CropSpec, PredictedKeypoint } from '../pose/types.ts';
import { createBatchMemory } from './batch-memory.ts';
import { concatenate } from './concatenate.ts';
import { giveBack } from './give-back.ts';

export interface Prediction {
  /** Pixels of the upright picture; score = height of the peak. */
  readonly keypoints: readonly PredictedKeypoint[];
  /** [h, w, joints] */
  readonly heatmap: Float32Array;
}

/** Whatever looks at crops and says where the joints are. */
export interface KeypointPredictor {
  /** Crops a call, at most. */
  readonly batch: number;
  /** The canonical view, one prediction a crop. */
  predict(crops: readonly Crop[]): Promise<Pick<Prediction, 'keypoints'>[]>;
  dispose(): Promise<void>;
}

/** A network of ours, whose heatmaps are the run's. Fewer crops than `batch` are padded with the first one. */
export interface Predictor extends KeypointPredictor {
  /** Calls that run beside each other, where the engine can. */
  readonly lanes: number;
  predict(crops: readonly Crop[]): Promise<Prediction[]>;
  /** Only the heatmaps, where the engine left them: nothing is copied or decoded. */
  heatmaps(crops: readonly Crop[]): Promise<Heatmaps>;
}

export interface Heatmaps {
  /** [h, w, joints] a crop; empty after `giveBack`. */
  readonly maps: readonly Float32Array[];
  /** Gives their memory back. */
  giveBack(): void;
}

export interface PredictorOptions {
  readonly engine: Engine;
  readonly network: Network;
  readonly weights: StateArrays;
  /** A second network: heatmaps are the mean of both. */
  readonly second?: StateArrays | undefined;
  readonly geometry: StepGeometry;
  readonly spec: CropSpec;
  readonly batch: number;
  /** @default 1 */
  readonly lanes?: number | undefined;
  readonly decode: Decoding;
  readonly bn?: BnMode;
  /** @default no flip test */
  readonly flip?: FlipTest | undefined;
}

export async function openPredictor(options: PredictorOptions): Promise<Predictor> {
  const { engine, network, weights, second, geometry, spec, batch, decode } = options;
  const { bn = 'running', flip, lanes = 1 } = options;
  const named = (prefix: string, arrays: StateArrays = {}) =>
    Object.entries(arrays).map(([name, array]) => [prefix + name, array] as const);
  const session = await engine.open(
    Object.fromEntries([...named('net.', weights), ...named('net2.', second)]),
    { lanes },
  );
  const compile = (prefix: Weights) =>
    session.compile(
      predictStep(network, geometry, { weights: prefix, bn, flip }),
      predictInputs(batch, geometry),
    );
  const runners = [await compile('net.'), ...(second ? [await compile('net2.')] : [])];
  const { heatmap } = geometry;
  const { joints } = network;
  const toCrop = cropFromInput(spec);
  const keypoints = createKeypointReader({ geometry, spec, joints, decode });
  const size = heatmap.width * heatmap.height * joints;
  const memory = createBatchMemory();

  const heatmaps = async (crops: readonly Crop[]): Promise<Heatmaps> => {
    const padded = Array.from({ length: batch }, (_, i) => crops[i] ?? crops[0]!);
    const inputs = {
      crops: concatenate(padded, memory),
      views: packTransforms(padded.map(() => toCrop)),
    };
    const maps: Float32Array[] = [];
    for (const runner of runners) {
      const [outputs] = await runner.run([inputs], { moves: runner === runners.at(-1) });
      maps.push(outputs!.heatmaps.data);
    }
    memory.giveBack([inputs.crops]);
    const data = mean(maps);
    for (const array of maps) if (array !== data) giveBack(array);
    return {
      maps: crops.map((_, i) => data.subarray(i * size, (i + 1) * size)),
      giveBack() {
        giveBack(data);
      },
    };
  };

  return {
    batch,
    lanes,
    heatmaps,
    async predict(crops) {
      const seen = await heatmaps(crops);
      const predictions = crops.map((crop, i) => {
        const heatmap = seen.maps[i]!.slice();
        return { heatmap, keypoints: keypoints(heatmap, crop) };
      });
      seen.giveBack();
      return predictions;
    },
    dispose: () => session.dispose(),
  };
}

/** Reads keypoints, in pixels of the upright picture, out of the heatmaps [h, w, joints] of a crop's canonical view. */
export function createKeypointReader({
  geometry: { heatmap, input },
  spec,
  joints,
  decode,
}: Pick<PredictorOptions, 'spec' | 'decode'> & {
  readonly geometry: Pick<StepGeometry, 'heatmap' | 'input'>;
  readonly joints: number;
}): (map: Float32Array, crop: Crop) => PredictedKeypoint[] {
  const cropFromHeatmap = compose(
    cropFromInput(spec),
    inputFromHeatmap(input.width / heatmap.width, decode.align ?? spec.origin, heatmap),
  );
  return (map, crop) => {
    const imageFromHeatmap = compose(invert(crop.cropFromImage), cropFromHeatmap);
    const [peaks] = decodeHeatmaps(map, { ...decode, batch: 1, heatmap, joints });
    return peaks!.map((peak) => ({ ...apply(imageFromHeatmap, peak), score: peak.score }));
  };
}

function mean([first, ...others]: readonly Float32Array[]): Float32Array {
  if (others.length === 0) return first!;
  return first!.map(
    (value, i) => others.reduce((sum, other) => sum + other[i]!, value) / (1 + others.length),
  );
}
