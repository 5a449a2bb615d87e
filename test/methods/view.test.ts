import fc from 'fast-check';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { packTransforms } from '../../src/augment/transforms.ts';
import { tf } from '../../src/engine/tf.ts';
import { drawView, warp, warpWithGradient } from '../../src/methods/view.ts';
import { similarity, translation } from '../../src/pose/affine.ts';
import type { Affine } from '../../src/pose/types.ts';
import { computer, noise } from '../support/compute.ts';
import { maxDifference } from '../support/golden.ts';

const source = [2, 7, 5, 3] as const;
const target = { width: 6, height: 4 };
const result = [2, target.height, target.width, 3] as const;
const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

const affine: fc.Arbitrary<Affine> = fc
  .record({
    degrees: fc.double({ min: -180, max: 180, noNaN: true }),
    scale: fc.double({ min: 0.5, max: 2, noNaN: true }),
    mirror: fc.boolean(),
    shift: fc.double({ min: -2, max: 2, noNaN: true }),
  })
  .map(({ shift, ...turn }) => {
    const [a, b, c, d, e, f] = similarity({ centre: { x: 2, y: 3 }, ...turn });
    return [a, b, c + shift, d, e, f - shift / 2];
  });

const pair = (engine: 'onnxruntime' | 'wasm') =>
  computer(engine, { x: source, views: [2, 8], dy: result }, ({ x, views, dy }) => {
    const score = (map: unknown) =>
      tf.sum(tf.mul(warpWithGradient(map as Tensor4D, views as Tensor2D, target), dy));
    return {
      plain: warp(x as Tensor4D, views as Tensor2D, target),
      withGradient: warpWithGradient(x as Tensor4D, views as Tensor2D, target),
      score: score(x),
      gradient: tf.grad(score)(x),
    };
  });

describe.each(['onnxruntime', 'wasm'] as const)('the warp with a gradient on %s', (engine) => {
  it('gives the pixels of the warp without one', async () => {
    const run = await pair(engine);
    await fc.assert(
      fc.asyncProperty(affine, affine, fc.nat(1e6), async (one, two, seed) => {
        const x = noise(sizeOf(source), seed);
        const out = await run({
          x,
          views: packTransforms([one, two]),
          dy: noise(sizeOf(result), 1),
        });
        expect(maxDifference(out.plain.data, out.withGradient.data)).toBeLessThan(2e-5);
      }),
      { numRuns: 40 },
    );
  });

  it('has the slope that finite differences have along every pixel', async () => {
    const run = await pair(engine);
    const x = noise(sizeOf(source), 5);
    const views = packTransforms([
      similarity({ centre: { x: 2, y: 3 }, degrees: 25, scale: 0.8 }),
      similarity({ centre: { x: 2, y: 3 }, degrees: -40, scale: 1.1, mirror: true }),
    ]);
    const dy = noise(sizeOf(result), 6);
    const { gradient } = await run({ x, views, dy });
    const slopes: number[] = [];
    for (let i = 0; i < x.length; i++) {
      // The score is linear in x: the step may be as long as it likes.
      const at = async (by: number) =>
        (await run({ x: x.with(i, x[i]! + by), views, dy })).score.data[0]!;
      slopes.push(((await at(4)) - (await at(-4))) / 8);
    }
    expect(Math.max(...slopes.map(Math.abs))).toBeGreaterThan(0.3);
    expect(maxDifference(gradient.data, slopes)).toBeLessThan(2e-5);
  });
});

describe('a view', () => {
  const geometry = {
    stored: { width: 5, height: 7 },
    input: { width: 6, height: 4 },
    heatmap: { width: 2, height: 1 },
    mean: [100, 110, 120],
    std: [50, 55, 60],
  } as const;
  const run = () =>
    computer('onnxruntime', { crops: source, views: [2, 8] }, ({ crops, views }) => ({
      view: drawView(crops as Tensor4D, views as Tensor2D, geometry),
    }));

  it('is normalised by the mean and deviation of each colour, and 0 outside the crop', async () => {
    const crops = noise(sizeOf(source), 8, 0, 255).map(Math.round);
    const shift = translation(1, 2);
    const { view } = await (await run())({ crops, views: packTransforms([shift, shift]) });
    expect(view.shape).toEqual([2, 4, 6, 3]);
    const expected = view.data.map((_, i) => {
      const [c, x, y, n] = [
        i % 3,
        Math.floor(i / 3) % 6,
        Math.floor(i / 18) % 4,
        Math.floor(i / 72),
      ];
      if (x + 1 >= 5 || y + 2 >= 7) return 0;
      const value = crops[((n * 7 + y + 2) * 5 + x + 1) * 3 + c]!;
      return (value - geometry.mean[c]!) / geometry.std[c]!;
    });
    expect(maxDifference(view.data, expected)).toBeLessThan(1e-5);
  });
});
