import type { Tensor4D } from '@tensorflow/tfjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import { tf } from '../../src/engine/tf.ts';
import type { Flip } from '../../src/methods/flip.ts';
import { warp } from '../../src/methods/view.ts';
import type { Network } from '../../src/models/network.ts';
import { apply, invert } from '../../src/pose/affine.ts';
import { inputFromHeatmap } from '../../src/pose/decode.ts';
import type { Affine, CropSpec, PixelOrigin } from '../../src/pose/types.ts';
import { openPredictor } from '../../src/stages/predict.ts';
import { blobCrop, distance } from '../support/blob.ts';

const input = { width: 64, height: 96 };
const heatmap = { width: 16, height: 24 };
const stored = { width: 80, height: 150 };
const skeleton = { joints: ['nose', 'left', 'right'], flipPairs: [[1, 2]] } as const;
const cropFromImage: Affine = [0.5, 0, 7, 0, 0.5, -11];

/** Heatmaps are the picture itself at a quarter of its size: the spot is where the network points. */
function lookingNetwork(origin: PixelOrigin): Network {
  const forward = (x: Tensor4D) => {
    const row = [...inputFromHeatmap(4, origin), 0, 0];
    const views = tf.tensor2d(Array.from({ length: x.shape[0] }, () => row));
    return warp(x, views, heatmap);
  };
  return {
    ...{ name: 'tiny', joints: 3, stride: 4, parameters: [] },
    ...{ forward, outputs: (x) => [forward(x)] },
  };
}

async function predictor(origin: PixelOrigin, batch: number, flip: Flip = 'none') {
  const spec: CropSpec = {
    ...{ input, stored, origin, margin: { width: 1.4, height: 1.3 } },
    ...{ boxScale: 1.25, padding: 'zero', fill: [100, 100, 100] },
  };
  const opened = await openPredictor({
    engine: await openEngine({ name: 'onnxruntime', threads: 1 }),
    ...{ network: lookingNetwork(origin), weights: {}, spec, batch },
    geometry: { stored, input, heatmap, mean: [100, 100, 100], std: [150, 150, 150] },
    decode: { refine: 'quarter', empty: 'origin' },
    flip: flip === 'none' ? undefined : { flip, skeleton },
  });
  onTestFinished(() => opened.dispose());
  return opened;
}

const places = [
  { x: 40, y: 75 },
  { x: 31.3, y: 90.8 },
  { x: 52.6, y: 61.1 },
];
const crops = places.map((at, id) => blobCrop(id, stored, { at, deviation: 8, cropFromImage }));

describe.each(['centres', 'edges'] as const)('predictions with pixel origin %s', (origin) => {
  it('point at the same spot of the picture, on crops and inputs that are not square', async () => {
    const predictions = await (await predictor(origin, 3)).predict(crops);
    predictions.forEach(({ keypoints, heatmap: map }, i) => {
      expect(map).toHaveLength(16 * 24 * 3);
      const onImage = apply(invert(cropFromImage), places[i]!);
      for (const keypoint of keypoints) {
        // A quarter of a heatmap pixel along each axis: 4 x 1.2 crop pixels, twice as many of the picture.
        expect(distance(keypoint, onImage)).toBeLessThan(0.3 * Math.SQRT2 * 4 * 1.35 * 2);
        expect(keypoint.score).toBeGreaterThan(0.8);
      }
    });
  });

  it('are the same whether the batch is full or padded', async () => {
    const whole = await (await predictor(origin, 3)).predict(crops);
    const padded = await (await predictor(origin, 5)).predict(crops);
    expect(padded).toHaveLength(3);
    expect(padded).toEqual(whole);
  });
});

/** Column of the centre of mass of a map's first channel. */
function centreColumn(map: Float32Array): number {
  let [mass, moment] = [0, 0];
  for (let i = 0; i < map.length; i += 3) {
    mass += map[i]!;
    moment += map[i]! * ((i / 3) % heatmap.width);
  }
  return moment / mass;
}

describe('the flip test', () => {
  it.each([
    ['edges', 'average', 0],
    ['centres', 'average', -0.375],
    ['centres', 'shift-1', 0.125],
    ['centres', 'shift-0.75', 0],
  ] as const)('with origin %s and %s moves the heatmaps by %f pixels', async (origin, flip, by) => {
    const straight = await (await predictor(origin, 3)).predict(crops);
    const both = await (await predictor(origin, 3, flip)).predict(crops);
    both.forEach(({ heatmap: map }, i) => {
      const moved = centreColumn(map) - centreColumn(straight[i]!.heatmap);
      // What is left and right of the map is lost to the mirrored one.
      expect(Math.abs(moved - by)).toBeLessThan(0.06);
    });
  });
});
