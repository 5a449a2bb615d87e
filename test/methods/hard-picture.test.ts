import type { Tensor4D } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { drawExtras, extraInputs } from '../../src/augment/extra-draws.ts';
import { parseView } from '../../src/augment/view.ts';
import { hardPicture } from '../../src/methods/hard-picture.ts';
import { rng } from '../../src/pose/random.ts';
import { computer, noise } from '../support/compute.ts';

const input = { width: 32, height: 48 };
const heatmap = { width: 8, height: 12 };
const [batch, joints] = [3, 4];
const geometry = { stored: input, input, heatmap, mean: [0, 0, 0], std: [1, 1, 1] } as const;
const sizes = { batch, joints, input };
const pixels = input.width * input.height * 3;

/** Heatmaps [batch, h, w, joints] with a peak a joint, at heatmap pixels. */
function peaks(at: (sample: number, joint: number) => { x: number; y: number }): Float32Array {
  const maps = new Float32Array(batch * heatmap.width * heatmap.height * joints);
  for (let n = 0; n < batch; n++) {
    for (let j = 0; j < joints; j++) {
      const { x, y } = at(n, j);
      maps[((n * heatmap.height + y) * heatmap.width + x) * joints + j] = 1;
    }
  }
  return maps;
}

async function look(
  engine: 'onnxruntime' | 'wasm',
  name: string,
  picture: Float32Array,
  heatmaps: Float32Array,
) {
  const view = parseView(name);
  const specs = extraInputs(view, 1, sizes);
  const shapes = Object.fromEntries(Object.entries(specs).map(([key, { shape }]) => [key, shape]));
  const run = await computer(
    engine,
    {
      picture: [batch, input.height, input.width, 3],
      heatmaps: [batch, heatmap.height, heatmap.width, joints],
      ...shapes,
    },
    (inputs) => ({
      seen: hardPicture(inputs.picture as Tensor4D, inputs.heatmaps as Tensor4D, view, {
        ...{ inputs, geometry, align: 'centres', isReference: false, network: 0 },
      }),
    }),
  );
  const drawn = drawExtras(view, 1, sizes, (network, sample) => rng(5, `e${network}`, 0, sample));
  return { drawn, seen: (await run({ picture, heatmaps, ...drawn })).seen.data };
}

const at = (sample: number, x: number, y: number) => sample * pixels + (y * input.width + x) * 3;
const apart = peaks((n, j) => ({ x: 1 + 2 * j, y: 2 + 3 * n }));

describe.each(['onnxruntime', 'wasm'] as const)('extras of a hard view on %s', (engine) => {
  it('cut joints out where the heatmaps peak', async () => {
    const { drawn, seen } = await look(
      engine,
      'original+joint-cutout1',
      new Float32Array(batch * pixels).fill(1),
      apart,
    );
    for (let n = 0; n < batch; n++) {
      const joint = drawn['extra0.0.joints']!.slice(n * joints, (n + 1) * joints).indexOf(1);
      const [dx, dy] = drawn['extra0.0.boxes']!.slice(n * 4, n * 4 + 2);
      const x = Math.trunc(4 * (1 + 2 * joint) + dx!);
      const y = Math.trunc(4 * (2 + 3 * n) + dy!);
      if (x >= 0 && y >= 0 && x < input.width && y < input.height)
        expect(seen[at(n, x, y)]).toBe(0);
      const cut =
        seen.slice(n * pixels, (n + 1) * pixels).filter((value) => value === 0).length / 3;
      // Half sizes of 10 to 19 at 256 pixels of height: up to 7 x 7 here.
      expect(cut).toBeGreaterThan(0);
      expect(cut).toBeLessThanOrEqual(8 * 8);
    }
  });

  it('paste what stands around a joint of the next picture onto a joint of this one', async () => {
    // Every picture is one level, so that pasted pixels show where they come from.
    const flat = Float32Array.from(
      { length: batch * pixels },
      (_, i) => 1 + Math.floor(i / pixels),
    );
    const { seen } = await look(engine, 'original+cut-occlude1', flat, apart);
    for (let n = 0; n < batch; n++) {
      const levels = new Set(seen.slice(n * pixels, (n + 1) * pixels));
      const donor = 1 + ((n + 1) % batch);
      levels.delete(n + 1);
      // A patch may reach beyond the donor's edge, where there is the mean colour.
      levels.delete(0);
      expect([...levels]).toEqual([donor]);
    }
  });

  it('mix pictures: whole rectangles, or a quarter at most of everything', async () => {
    const flat = Float32Array.from(
      { length: batch * pixels },
      (_, i) => 1 + Math.floor(i / pixels),
    );
    const { seen: cut } = await look(engine, 'original+cutmix2', flat, apart);
    expect(new Set(cut)).toEqual(new Set([1, 2, 3]));
    const { seen: mixed } = await look(engine, 'original+mixup', flat, apart);
    for (let n = 0; n < batch; n++) {
      const share = (mixed[at(n, 3, 3)]! - (n + 1)) / (((n + 1) % batch) - n);
      expect(share).toBeGreaterThanOrEqual(-1e-6);
      expect(share).toBeLessThanOrEqual(0.25 + 1e-6);
    }
  });

  it('cut holes anywhere without a look at the heatmaps', async () => {
    const full = noise(batch * pixels, 3, 1, 2);
    const { seen } = await look(engine, 'original+cutout3', full, apart);
    const { seen: other } = await look(
      engine,
      'original+cutout3',
      full,
      apart.map((v) => 1 - v),
    );
    expect(seen).toEqual(other);
    expect(seen.some((value) => value === 0)).toBe(true);
    expect(seen.every((value, i) => value === 0 || value === full[i])).toBe(true);
  });
});
