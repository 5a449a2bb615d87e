import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { packTransforms } from '../../src/augment/transforms.ts';
import { drawExtra, sourceFromView } from '../../src/augment/views.ts';
import { openEngine } from '../../src/engine/choose.ts';
import type { EngineName, Step } from '../../src/engine/types.ts';
import { warp } from '../../src/methods/view.ts';
import { compose, invert } from '../../src/pose/affine.ts';
import { input2d, input4d } from '../../src/methods/inputs.ts';
import type { Rng } from '../../src/pose/random.ts';
import type { Affine, Size } from '../../src/pose/types.ts';
import { recordDeviation } from '../support/deviations.ts';
import { toleranceIn } from '../support/formula-network.ts';
import { affineOf, type Rows } from '../support/golden-geometry.ts';
import {
  channelsLast,
  describeGolden,
  expectGoldenFiles,
  goldenArray,
  goldenJson,
  maxDifference,
} from '../support/golden.ts';

expectGoldenFiles();

describeGolden('consistency', 'draws', (file) => {
  const { draws } = goldenJson<{
    draws: {
      normal_for_scale: number;
      uniform_for_rotation_gate: number;
      normal_for_rotation: number | null;
      theta: Rows;
      scale: number;
      rotation_deg: number;
    }[];
  }>(file);

  it('draws the extra warp from the same numbers', () => {
    for (const draw of draws) {
      const normals = [draw.normal_for_rotation ?? 0, draw.normal_for_scale];
      const scripted: Rng = {
        uniform: () => draw.uniform_for_rotation_gate,
        normal: () => normals.shift()!,
        integer: () => {
          throw new Error('Expected a view to need no integers');
        },
      };
      const view = drawExtra(scripted);
      expect(view.mirror).toBe(false);
      expect(view.scale).toBeCloseTo(draw.scale, 12);
      expect(view.degrees).toBeCloseTo(draw.rotation_deg, 12);
      // About a centre at (0, 0) the view is its linear part, which is theta where the crop is square.
      const linear = sourceFromView(view, { width: 0, height: 0 }, 'centres');
      const far = maxDifference(linear, affineOf(draw.theta));
      recordDeviation(file, far, 1e-6);
      expect(far).toBeLessThanOrEqual(1e-6);
    }
  });
});

/** Pixels to the normalised [-1, 1] frame in which theta lives. */
function normalised({ width, height }: Size, alignCorners: boolean): Affine {
  if (alignCorners) return [2 / (width - 1), 0, -1, 0, 2 / (height - 1), -1];
  return [2 / width, 0, 1 / width - 1, 0, 2 / height, 1 / height - 1];
}

describeGolden('consistency', 'warps', (file) => {
  const { data, shape, sidecar } = goldenArray<{
    align_corners: boolean;
    theta: Rows[];
    tolerance?: string;
  }>(file);
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const inputFile = join(dirname(file), basename(file).replace(/_ac[01]/, '_in'));

  it.each(['wasm', 'onnxruntime'] as const)('warps the same pixels on %s', async (name) => {
    const size = { width, height };
    const frame = normalised(size, sidecar.align_corners);
    const matrices = sidecar.theta.map((theta) =>
      compose(invert(frame), compose(affineOf(theta), frame)),
    );
    const input = channelsLast(goldenArray(inputFile).data, shape);
    const warped = await warpOn(name, input, matrices, { ...size, channels });
    expect(warped).toHaveLength(batch * height * width * channels);
    const worst = maxDifference(warped, channelsLast(data, shape));
    const allowed = toleranceIn(sidecar.tolerance, /([\d.e-]+) abs/, 1e-4);
    recordDeviation(file, worst, allowed, `on ${name}`);
    expect(worst).toBeLessThanOrEqual(allowed);
  });
});

/** The warp of the training step, run by an engine on [batch, height, width, channels]. */
async function warpOn(
  name: EngineName,
  pixels: Float32Array,
  matrices: readonly Affine[],
  { channels, ...size }: Size & { channels: number },
): Promise<Float32Array> {
  const step: Step<'pixels' | 'matrices', 'warped'> = {
    name: 'golden warp',
    run: (_state, inputs) => ({
      state: {},
      outputs: { warped: warp(input4d(inputs, 'pixels'), input2d(inputs, 'matrices'), size) },
    }),
  };
  const engine = await openEngine({ name, threads: 1 });
  const session = await engine.open({});
  try {
    const shape = [matrices.length, size.height, size.width, channels];
    const runner = await session.compile(step, {
      pixels: { shape, dtype: 'float32' },
      matrices: { shape: [matrices.length, 8], dtype: 'float32' },
    });
    const [outputs] = await runner.run([{ pixels, matrices: packTransforms(matrices) }]);
    return outputs!.warped.data;
  } finally {
    await session.dispose();
  }
}
