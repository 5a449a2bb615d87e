import { describe, expect, it, onTestFinished } from 'vitest';
import { packTransforms } from '../../src/augment/transforms.ts';
import { warpRgb } from '../../src/image/warp.ts';
import { apply, compose, identity, invert, similarity } from '../../src/pose/affine.ts';
import { codecNamed } from '../../src/pose/codec.ts';
import { cropFromImage, cropFromInput, inputFromImage } from '../../src/pose/crop-geometry.ts';
import { heatmapFromInput } from '../../src/pose/decode.ts';
import { mapJoints } from '../../src/pose/joint-map.ts';
import { buildSkeleton } from '../../src/pose/skeleton.ts';
import type { Box, CropSpec, Point, Size } from '../../src/pose/types.ts';
import { externalCropSpec, externalPredictor } from '../../src/stages/external-predictor.ts';
import { externalTeacher, viewFromExternalInput } from '../../src/stages/external-teacher.ts';
import { openExternal } from '../../src/stages/read-external.ts';
import { dots, writeDotNetwork } from '../support/dot-network.ts';
import { temporaryFolder } from '../support/folder.ts';

const picture: Size = { width: 150, height: 110 };
const box: Box = { x: 30, y: 20, width: 60, height: 70 };
/** Red, green, blue. */
const places: readonly Point[] = [
  { x: 45, y: 40 },
  { x: 78, y: 66 },
  { x: 60, y: 82 },
];
const pixels = dots(picture, places, 4);

/** A portrait run, whose crops have room around them; the network looks at landscapes. */
const spec: CropSpec = {
  input: { width: 48, height: 64 },
  boxScale: 1.25,
  margin: { width: 1.5, height: 1.5 },
  stored: { width: 96, height: 128 },
  padding: 'zero',
  origin: 'centres',
  fill: [0, 0, 0],
};
const heatmap: Size = { width: 24, height: 32 };

async function openDots() {
  const network = await openExternal(
    await writeDotNetwork(temporaryFolder(), {
      ...{ input: { width: 160, height: 120 }, layout: 'NCHW', channels: 'RGB', type: 'float32' },
    }),
    { threads: 1 },
  );
  onTestFinished(() => network.dispose());
  return network;
}

const cut = (by: CropSpec) =>
  warpRgb(pixels, picture, {
    ...{ size: by.stored, padding: by.padding, fill: by.fill },
    sourceFromResult: invert(cropFromImage(box, by)),
  });

/** Where the mass of a map lies. */
function centroid(map: Float32Array, joint: number, joints: number): Point {
  let [sum, x, y] = [0, 0, 0];
  for (let i = joint; i < map.length; i += joints) {
    const pixel = (i - joint) / joints;
    sum += map[i]!;
    x += map[i]! * (pixel % heatmap.width);
    y += map[i]! * Math.floor(pixel / heatmap.width);
  }
  return { x: x / sum, y: y / sum };
}

describe('an external network', () => {
  it('predicts in pixels of the picture, from crops that were cut for it', async () => {
    const network = await openDots();
    const wanted = buildSkeleton('mine', ['head', 'tail', 'hands'], []);
    const map = mapJoints(network.skeleton.joints, wanted, { hands: ['left_hand', 'right_hand'] });
    const own = externalCropSpec(network);
    const crop = {
      id: 1,
      pixels: cut(own),
      size: own.stored,
      cropFromImage: cropFromImage(box, own),
    };
    const [prediction] = await externalPredictor(network, map).predict([crop]);
    const [head, tail, hands] = prediction!.keypoints;
    const middle = { x: (45 + 78) / 2, y: (40 + 66) / 2 };
    for (const [found, truth] of [
      [head!, places[2]!],
      [hands!, middle],
    ] as const) {
      // Half a pixel of its heatmap, in pixels of the picture.
      expect(Math.abs(found.x - truth.x)).toBeLessThan(1.6);
      expect(Math.abs(found.y - truth.y)).toBeLessThan(1.6);
      expect(found.score).toBeGreaterThan(0.8);
    }
    expect(map.missing).toEqual(['tail']);
    expect(tail).toEqual({ x: 0, y: 0, score: 0 });
  });

  it("shows the same person in its own input as in the run's", async () => {
    const network = await openDots();
    // In one convention: the two put the centre of a box half a pixel apart.
    const own = { ...externalCropSpec(network), origin: spec.origin };
    const viewFromNetwork = viewFromExternalInput(own, spec);
    // Through the picture; both fields are grown from the box along its short side, the run's first.
    const through = compose(inputFromImage(box, spec), invert(inputFromImage(box, own)));
    const centre = { x: 80, y: 60 };
    const [direct, other] = [apply(viewFromNetwork, centre), apply(through, centre)];
    expect(direct.x).toBeCloseTo(other.x, 9);
    expect(direct.y).toBeCloseTo(other.y, 9);
    // The run's portrait aspect makes the person 80 px high where the box has 70.
    expect(viewFromNetwork[0] / through[0]).toBeCloseTo(80 / 70, 9);
  });

  it("makes targets in the run's size, on any view: resampled, drawn, and none where it knows nothing", async () => {
    const network = await openDots();
    const wanted = buildSkeleton('mine', ['right_hand', 'hands', 'tail', 'left_hand'], []);
    const hands = { left_hand: 0.25, right_hand: 0.75 };
    const map = mapJoints(network.skeleton.joints, wanted, { hands });
    const codec = codecNamed('gaussian');
    const teacher = externalTeacher({ network, map, spec, heatmap, codec, sigma: 1 });
    const turned = similarity({ centre: { x: 24, y: 32 }, degrees: 25, scale: 0.9, mirror: true });
    const views = [identity, turned];
    const crop = cut(spec);
    const [outputs] = await teacher.runner.run([
      {
        crops: Uint8Array.from([...crop, ...crop]),
        views: packTransforms(views.map((view) => compose(cropFromInput(spec), view))),
      },
    ]);
    const { heatmaps, peak } = outputs!;
    expect(heatmaps.shape).toEqual([2, heatmap.height, heatmap.width, 4]);
    const [left, right] = [places[0]!, places[1]!];
    const between = { x: 0.25 * left.x + 0.75 * right.x, y: 0.25 * left.y + 0.75 * right.y };
    const size = heatmap.width * heatmap.height * 4;
    views.forEach((view, n) => {
      const map = heatmaps.data.subarray(n * size, (n + 1) * size);
      const viewFromImage = compose(invert(view), inputFromImage(box, spec));
      const toHeatmap = compose(heatmapFromInput(2, spec.origin), viewFromImage);
      for (const [joint, place] of [
        [0, right],
        [1, between],
        [3, left],
      ] as const) {
        const [found, truth] = [centroid(map, joint, 4), apply(toHeatmap, place)];
        // The resampled ones have a centroid, the drawn one the network's own rounding.
        const tolerance = joint === 1 ? 0.6 : 0.1;
        expect(Math.hypot(found.x - truth.x, found.y - truth.y)).toBeLessThan(tolerance);
      }
      expect(map.every((value, i) => i % 4 !== 2 || value === 0)).toBe(true);
    });
    expect(peak.data[0]).toBeGreaterThan(0.5);
    expect(peak.data[0]).toBeLessThan(0.75);
  });
});
