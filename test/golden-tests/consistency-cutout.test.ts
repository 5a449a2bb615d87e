// Joint cut-out, right and as the reference has it, the hard view made with it, and the reference's sheared warp.
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { keptPixels } from '../../src/augment/holes.ts';
import { placeSheared } from '../../src/augment/placement.ts';
import { packTransforms } from '../../src/augment/transforms.ts';
import { tf } from '../../src/engine/tf.ts';
import { warp } from '../../src/methods/view.ts';
import { compose, invert } from '../../src/pose/affine.ts';
import type { Affine, Size } from '../../src/pose/types.ts';
import { computer } from '../support/compute.ts';
import { recordDeviation } from '../support/deviations.ts';
import { formulaPictures, toleranceIn } from '../support/formula-network.ts';
import {
  channelsLast,
  describeGolden,
  expectGoldenFiles,
  goldenArray,
  goldenJson,
  maxDifference,
  skipGolden,
} from '../support/golden.ts';
import { affineOf, type Rows } from '../support/golden-geometry.ts';

interface Cutout {
  readonly image_hw: readonly [number, number];
  /** [sample][joint] */
  readonly centres_xy: readonly (readonly (readonly number[])[])[];
  readonly half_sizes_xy: readonly (readonly (readonly number[])[])[];
  /** [sample][hole] */
  readonly selected_joints: readonly (readonly number[])[];
}

const engines = ['onnxruntime', 'wasm'] as const;

/** The holes of each sample, [batch, holes, 2]. */
function holesOf({ centres_xy, half_sizes_xy, selected_joints }: Cutout) {
  const most = Math.max(1, ...selected_joints.map((joints) => joints.length));
  // A sample with fewer holes has the last one again, one without any a hole of no size.
  const pick = (of: Cutout['centres_xy'], none: readonly number[]) =>
    selected_joints.flatMap((joints, i) =>
      Array.from({ length: most }, (_, hole) => {
        const joint = joints[Math.min(hole, joints.length - 1)];
        return joint === undefined ? none : of[i]![joint]!;
      }).flat(),
    );
  const shape = [selected_joints.length, most, 2] as const;
  return { shape, centres: pick(centres_xy, [0, 0]), halves: pick(half_sizes_xy, [0, 0]) };
}

/** The mask's own parameters, or those of the plain mask beside one of the reference's. */
function parametersOf(file: string): Cutout {
  const plain = file.replace('_reference_bug', '').replace(/\.u8$/, '.json');
  return goldenJson<Cutout>(plain);
}

expectGoldenFiles();

describeGolden('consistency', 'cutouts', (file) => {
  const { data, shape } = goldenArray(file);
  const [, height, width] = shape as [number, number, number];
  const parameters = parametersOf(file);

  it.each(engines)('cuts exactly these pixels on %s', async (engine) => {
    const { shape: of, centres, halves } = holesOf(parameters);
    const isReference = file.includes('reference_bug');
    const limit = isReference ? { width: height, height: width } : { width, height };
    const run = await computer(engine, { centres: of, halves: of }, (inputs) => ({
      kept: keptPixels(
        { centres: inputs.centres as Tensor3D, halves: inputs.halves as Tensor3D },
        { width, height },
        limit,
      ),
    }));
    const { kept } = await run({ centres, halves });
    const wrong = maxDifference(kept.data, data);
    recordDeviation(file, wrong, 0, engine);
    expect(wrong).toBe(0);
  });
});

describeGolden('consistency', 'hardViews', (file) => {
  const golden = goldenArray<{ image_seed: number; theta: Rows[]; tolerance: string }>(file);
  const { data, shape, sidecar } = golden;
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const named = file.replace('hard_view', 'cutout_mask').replace(/\.f32$/, '.json');
  const mask = [named, join(dirname(file), 'cutout_mask.json')].find((path) => existsSync(path));
  if (mask === undefined) {
    skipGolden(file, `there is no ${basename(named)}`);
    return;
  }

  it.each(engines)('is the cut-out, then the warp, on %s', async (engine) => {
    const { shape: of, centres, halves } = holesOf(goldenJson<Cutout>(mask));
    const size = { width, height };
    const frame = normalised(size);
    const matrices = sidecar.theta.map((theta) =>
      compose(invert(frame), compose(affineOf(theta), frame)),
    );
    const map = [batch, height, width, channels] as const;
    const run = await computer(
      engine,
      { pictures: map, centres: of, halves: of, views: [batch, 8] },
      (inputs) => {
        const holes = { centres: inputs.centres as Tensor3D, halves: inputs.halves as Tensor3D };
        const cut = tf.mul<Tensor4D>(inputs.pictures, keptPixels(holes, size));
        return { hard: warp(cut, inputs.views as never, size) };
      },
    );
    const pictures = formulaPictures(sidecar.image_seed, [batch, channels, height, width]).data;
    const { hard } = await run({ pictures, centres, halves, views: packTransforms(matrices) });
    const far = maxDifference(hard.data, channelsLast(data, shape));
    const allowed = toleranceIn(sidecar.tolerance, /([\d.e-]+) abs/, 1e-4);
    recordDeviation(file, far, allowed, engine);
    expect(far).toBeLessThanOrEqual(allowed);
  });
});

/** Pixels to the frame in which theta lives: [-1, 1] from edge to edge. */
function normalised({ width, height }: Size): Affine {
  return [2 / width, 0, 1 / width - 1, 0, 2 / height, 1 / height - 1];
}

describeGolden('consistency', 'draws', (file) => {
  const { draws } = goldenJson<{
    draws: { theta: Rows; scale: number; rotation_deg: number }[];
  }>(file);

  it('shears picture and heatmap of a portrait crop as the reference does', () => {
    const input = { width: 192, height: 256 };
    const frame = { input, stride: 4, origin: 'centres' } as const;
    for (const { theta, scale, rotation_deg: degrees } of draws) {
      const placed = placeSheared({ degrees, scale, mirror: false }, frame);
      const expected = (size: Size): Affine =>
        compose(invert(normalised(size)), compose(affineOf(theta), normalised(size)));
      const far = Math.max(
        maxDifference(placed.input, expected(input)),
        maxDifference(placed.heatmap, expected({ width: 48, height: 64 })),
      );
      recordDeviation(file, far, 1e-4, 'sheared');
      expect(far).toBeLessThanOrEqual(1e-4);
    }
  });
});
