// The flip test against the recorded reference.
import type { Tensor4D } from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { flipAverage, type Flip } from '../../src/methods/flip.ts';
import { computer } from '../support/compute.ts';
import { recordDeviation } from '../support/deviations.ts';
import { toleranceIn } from '../support/formula-network.ts';
import type { XY } from '../support/golden-geometry.ts';
import { channelsLast, describeGolden, goldenArray, maxDifference } from '../support/golden.ts';

const ABSOLUTE = /([\d.e-]+) abs/;

describeGolden('codec', 'flips', (file) => {
  const { data, shape, sidecar } = goldenArray<{ flip_pairs: XY[]; tolerance: string }>(file);
  const [, n, joints, height, width] = shape as [number, number, number, number, number];
  const size = n * joints * height * width;
  const stack = (index: number) =>
    channelsLast(data.subarray(index * size, (index + 1) * size), [n, joints, height, width]);
  const skeleton = {
    joints: Array.from({ length: joints }, (_, joint) => String(joint)),
    flipPairs: sidecar.flip_pairs,
  };
  const map = [n, height, width, joints];

  it.each(['onnxruntime', 'wasm'] as const)('averages both views on %s', async (engine) => {
    const both = { straight: map, flipped: map };
    const run = await computer(engine, both, ({ straight, flipped }) => {
      const by = (flip: Exclude<Flip, 'none'>) =>
        flipAverage(straight as Tensor4D, flipped as Tensor4D, { flip, skeleton });
      return {
        average: by('average'),
        whole: by('shift-1'),
        part: by('shift-0.75'),
      };
    });
    const out = await run({ straight: stack(0), flipped: stack(1) });
    const allowed = toleranceIn(sidecar.tolerance, ABSOLUTE, 1e-6);
    // Stack 2 is the mirrored view brought back, which stack 3 averages.
    [out.average, out.whole, out.part].forEach(({ data: got }, i) => {
      const worst = maxDifference(got, stack(3 + i));
      recordDeviation(file, worst, allowed, `stack ${3 + i} on ${engine}`);
      expect(worst).toBeLessThanOrEqual(allowed);
    });
  });
});
