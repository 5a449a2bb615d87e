import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../../src/pose/affine.ts';
import { kernelSize } from '../../src/pose/blur.ts';
import { alignOf, CODEC_NAMES, codecNamed, type CodecName } from '../../src/pose/codec.ts';
import { decodeHeatmaps, heatmapFromInput, inputFromHeatmap } from '../../src/pose/decode.ts';
import type { Keypoint, PixelOrigin } from '../../src/pose/types.ts';

const stride = 4;
const heatmap = { width: 24, height: 32 };
const input = { width: stride * heatmap.width, height: stride * heatmap.height };

/** Input pixels along an axis that a codec may be off: half a heatmap pixel for whole ones, a quarter after sign steps. */
const REACH: Readonly<Record<CodecName, number>> = {
  msra: 0.5 * stride,
  gaussian: 0.2501 * stride,
  udp: 0.05 * stride,
  dark: 0.02 * stride,
  // Truncation and the quarter step that its symmetric peak takes towards the first neighbour.
  mspn: 0.75 * stride,
};

const place = (
  name: CodecName,
  sigma: number,
  keypoints: readonly Keypoint[],
  origin: PixelOrigin,
) => {
  const codec = codecNamed(name);
  const align = alignOf(codec, origin);
  const maps = new Float32Array(heatmap.width * heatmap.height * keypoints.length);
  const weights = codec.encode(keypoints, { heatmap, stride, sigma, origin: align }, maps);
  const { refine, empty } = codec;
  const [peaks] = decodeHeatmaps(maps, {
    ...{ batch: 1, heatmap, joints: keypoints.length, refine, empty },
    kernel: kernelSize(sigma),
  });
  const toInput = inputFromHeatmap(stride, align, heatmap);
  return { weights, places: peaks!.map((peak) => apply(toInput, peak)) };
};

/** Far enough from the border that blurs of sigma 2 see the whole peak. */
const keypoint = fc.record({
  x: fc.double({ min: 30, max: input.width - 31, noNaN: true }),
  y: fc.double({ min: 30, max: input.height - 31, noNaN: true }),
  v: fc.constantFrom<1 | 2>(1, 2),
});

describe.each(CODEC_NAMES)('codec %s', (name) => {
  it.each(['centres', 'edges'] as const)('decodes what it encoded, origin %s', (origin) => {
    fc.assert(
      fc.property(
        fc.array(keypoint, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(1, 2),
        (keypoints, sigma) => {
          const { weights, places } = place(name, sigma, keypoints, origin);
          expect([...weights]).toEqual(keypoints.map(() => 1));
          places.forEach(({ x, y }, joint) => {
            expect(Math.abs(x - keypoints[joint]!.x)).toBeLessThanOrEqual(REACH[name] + 1e-9);
            expect(Math.abs(y - keypoints[joint]!.y)).toBeLessThanOrEqual(REACH[name] + 1e-9);
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives joints without label and joints far outside no weight', () => {
    const { weights } = place(
      name,
      2,
      [
        { x: 40, y: 50, v: 0 },
        { x: -80, y: 50, v: 2 },
        { x: 40, y: input.height + 80, v: 2 },
        { x: 40, y: 50, v: 1 },
      ],
      'centres',
    );
    expect([...weights]).toEqual([0, 0, 0, 1]);
  });
});

describe('aligned corners', () => {
  it('map the outermost pixels onto each other, each axis for itself', () => {
    const toInput = inputFromHeatmap(stride, 'corners', heatmap);
    expect(apply(toInput, { x: 0, y: 0 })).toEqual({ x: 0, y: 0 });
    const last = apply(toInput, { x: heatmap.width - 1, y: heatmap.height - 1 });
    expect(last.x).toBeCloseTo(input.width - 1, 10);
    expect(last.y).toBeCloseTo(input.height - 1, 10);
  });

  it('need the size of the heatmap', () => {
    expect(() => heatmapFromInput(stride, 'corners')).toThrow(/size of the heatmap/);
  });
});
