import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { warpRgbExact } from '../../src/image/warp.ts';
import { apply, invert } from '../../src/pose/affine.ts';
import { boxToCentreScale, inputFromPicture } from '../../src/pose/box.ts';
import { encodeMsra } from '../../src/pose/heatmap.ts';
import { mirrorKeypoints } from '../../src/pose/mirror.ts';
import { SKELETONS } from '../../src/pose/skeleton.ts';
import type { Affine, Keypoint, Size } from '../../src/pose/types.ts';
import { expectWithin } from '../support/deviations.ts';
import { toleranceIn } from '../support/formula-network.ts';
import {
  affineOf,
  boxOf,
  flat,
  sizeOf,
  VIEW_TOLERANCE,
  viewDifference,
  viewOf,
  type Rows,
  type XY,
  type XYWH,
} from '../support/golden-geometry.ts';
import {
  channelsLast,
  describeGolden,
  expectGoldenFiles,
  goldenArray,
  goldenJson,
  maxDifference,
} from '../support/golden.ts';

expectGoldenFiles();

interface CropSidecar {
  output_wh: XY;
  box_xywh: XYWH;
  rotation_deg: number;
  center: XY;
  scale: XY;
  matrix_src_to_dst: Rows;
}

/** The picture that crops and samples of the folder were made from. */
function picture(file: string): { pixels: Uint8Array; size: Size } {
  const { data, shape } = goldenArray(join(dirname(file), 'image.u8'));
  return { pixels: data as Uint8Array, size: { width: shape[1]!, height: shape[0]! } };
}

function crop(
  source: { pixels: Uint8Array; size: Size },
  cropFromImage: Affine,
  size: Size,
): Float32Array {
  return warpRgbExact(source.pixels, source.size, {
    size,
    sourceFromResult: invert(cropFromImage),
    padding: 'zero',
    fill: [0, 0, 0],
  });
}

function expectCv2(file: string, got: Float32Array, expected: ArrayLike<number>): void {
  const mean = got.reduce((sum, value, i) => sum + Math.abs(value - expected[i]!), 0) / got.length;
  expectWithin(file, mean, 0.35, 'mean, grey levels');
  expectWithin(file, maxDifference(got, expected), 6, 'largest, grey levels');
}

describeGolden('geometry', 'crops', (file) => {
  const { data, sidecar } = goldenArray<CropSidecar>(file);
  const size = sizeOf(sidecar.output_wh);

  it('crops the same pixels', () => {
    const pixels = crop(picture(file), affineOf(sidecar.matrix_src_to_dst), size);
    if (file.endsWith('.f32'))
      expectWithin(file, maxDifference(pixels, data), 1e-2, 'largest, grey levels');
    else expectCv2(file, pixels, data);
  });

  it('finds the same matrix from centre and scale', () => {
    // The sidecar's scale holds a random factor on top of the box's own, so the box gives the centre and the aspect alone.
    const { centre, scale } = boxToCentreScale(boxOf(sidecar.box_xywh), size);
    const factor = sidecar.scale[0] / scale.width;
    const view = { centre, scale: { width: scale.width * factor, height: scale.height * factor } };
    expectWithin(file, viewDifference(view, sidecar), VIEW_TOLERANCE, 'view');
    const matrix = inputFromPicture(viewOf(sidecar), sidecar.rotation_deg, size);
    const far = maxDifference(matrix, affineOf(sidecar.matrix_src_to_dst));
    expectWithin(file, far, 1e-4, 'matrix');
  });
});

describeGolden('geometry', 'samples', (file) => {
  const { samples } = goldenJson<{
    samples: {
      output_wh: XY;
      box_xywh: XYWH;
      joints_xy: XY[];
      visible: number[];
      augment: { rotation_deg: number; scale_factor: number; flip: boolean };
      center_after: XY;
      scale_after: XY;
      joints_in_crop_xy: XY[];
      visible_after: number[];
      target_weight: number[];
      input: string;
      target: string;
    }[];
  }>(file);

  it.each(samples)('builds $input and $target', (sample) => {
    const source = picture(file);
    const size = sizeOf(sample.output_wh);
    const { rotation_deg: degrees, scale_factor: factor, flip } = sample.augment;
    const { centre, scale } = boxToCentreScale(boxOf(sample.box_xywh), size);
    const view = {
      centre: { x: flip ? source.size.width - 1 - centre.x : centre.x, y: centre.y },
      scale: { width: scale.width * factor, height: scale.height * factor },
    };
    const after = { center: sample.center_after, scale: sample.scale_after };
    expectWithin(file, viewDifference(view, after), VIEW_TOLERANCE, `${sample.input} view`);

    const labelled = sample.joints_xy.map(([x, y], i): Keypoint => ({
      x,
      y,
      v: sample.visible[i]! > 0 ? 2 : 0,
    }));
    const keypoints = flip
      ? mirrorKeypoints(labelled, source.size.width, SKELETONS.coco17.flipPairs)
      : labelled;
    const matrix = inputFromPicture(view, degrees, size);
    const moved = keypoints.map((k): Keypoint => (k.v > 0 ? { ...apply(matrix, k), v: k.v } : k));
    const far = maxDifference(moved.flatMap(flat), sample.joints_in_crop_xy.flat());
    expectWithin(file, far, 5e-3, `${sample.input} joints, px`);
    expect(moved.map(({ v }) => (v > 0 ? 1 : 0))).toEqual(sample.visible_after);

    const targetFile = join(dirname(file), sample.target);
    const target = goldenArray<{ meaning?: string }>(targetFile);
    const [joints, height, width] = target.shape as [number, number, number];
    const out = new Float32Array(target.data.length);
    const sigma = toleranceIn(target.sidecar.meaning, /sigma ([\d.]+)/, 1);
    const stride = size.width / width;
    const spec = { heatmap: { width, height }, stride, sigma, origin: 'centres' } as const;
    expect([...encodeMsra(moved, spec, out)]).toEqual(sample.target_weight);
    const expected = channelsLast(target.data, [1, joints, height, width]);
    expectWithin(targetFile, maxDifference(out, expected), 1e-6);

    const mirrored = flip ? { ...source, pixels: mirrorPixels(source) } : source;
    const inputFile = join(dirname(file), sample.input);
    expectCv2(inputFile, crop(mirrored, matrix, size), goldenArray(inputFile).data);
  });
});

function mirrorPixels({ pixels, size }: { pixels: Uint8Array; size: Size }): Uint8Array {
  return pixels.map((_, i) => {
    const channel = i % 3;
    const x = Math.floor(i / 3) % size.width;
    return pixels[i - channel - x * 3 + (size.width - 1 - x) * 3 + channel]!;
  });
}
