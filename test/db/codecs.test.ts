import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TARGET_CODECS } from '../../db/codecs/codec.ts';
import { fromHalf, toHalf } from '../../db/float16.ts';
import { decodeTarget, encodeTarget, TargetBlobError } from '../../db/target-blob.ts';
import { decodeHeatmaps } from '../../src/pose/decode.ts';
import { encodeGaussian } from '../../src/pose/heatmap.ts';

const heatmap = { width: 12, height: 16 };
const joints = 3;
const shape = [heatmap.height, heatmap.width, joints] as const;
const place = fc.record({
  x: fc.double({ min: 1, max: heatmap.width - 2, noNaN: true }),
  y: fc.double({ min: 1, max: heatmap.height - 2, noNaN: true }),
  v: fc.constant(2 as const),
});
const places = fc.array(place, { minLength: joints, maxLength: joints });

function targetAt(points: readonly { x: number; y: number; v: 2 }[]) {
  const maps = new Float32Array(heatmap.width * heatmap.height * joints);
  encodeGaussian(points, { heatmap, stride: 1, sigma: 1.5, origin: 'centres' }, maps);
  const peaks = Float32Array.from({ length: joints }, (_, joint) =>
    maps.reduce((most, value, i) => (i % joints === joint ? Math.max(most, value) : most), 0),
  );
  return { heatmap: maps, shape, view: [1, 0, 0, 0, 1, 0] as const, flip: false, peaks };
}

const peaksOf = (maps: Float32Array) => decodeHeatmaps(maps, { batch: 1, heatmap, joints })[0]!;

describe('the codecs of targets', () => {
  // Ties decide: two equal neighbours are a quarter pixel either way, two equal maxima a pixel.
  it.each(TARGET_CODECS)('%s moves a keypoint by no more than a tie does', (codec) => {
    fc.assert(
      fc.property(places, (points) => {
        const target = targetAt(points);
        const stored = decodeTarget(encodeTarget(target, { codec, sigma: 1.5 }));
        const after = peaksOf(stored.heatmap);
        for (const [joint, before] of peaksOf(target.heatmap).entries()) {
          const { x, y } = after[joint]!;
          expect(Math.hypot(x - before.x, y - before.y)).toBeLessThan(1.2);
        }
      }),
    );
  });

  it('f16 keeps every value within 2^-11 of itself', () => {
    const value = fc.float({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(value, (x) => {
        expect(Math.abs(fromHalf(toHalf(x)) - x)).toBeLessThanOrEqual(
          Math.max(Math.abs(x) * 2 ** -11, 2 ** -25),
        );
      }),
    );
  });

  it('every half number survives the way there and back', () => {
    for (let half = 0; half < 65536; half++) {
      const value = fromHalf(half);
      if (!Number.isNaN(value)) expect(toHalf(value)).toBe(half);
    }
  });

  it.each(TARGET_CODECS)('%s refuses a body of another size under a valid checksum', (codec) => {
    const target = targetAt([1, 2, 3].map((n) => ({ x: n, y: n, v: 2 })));
    const blob = encodeTarget(target, { codec, sigma: 1 });
    const other = encodeTarget(
      {
        ...target,
        heatmap: new Float32Array(2 * 2 * joints),
        shape: [2, 2, joints],
        peaks: target.peaks.map((peak) => peak + 1),
      },
      { codec: codec === 'keypoints' ? 'u8' : codec, sigma: 1 },
    );
    // The codec's number of one, the body of the other.
    const header = 64 + 4 * joints;
    const mixed = Buffer.concat([blob.subarray(0, header), other.subarray(header)]);
    expect(() => decodeTarget(mixed)).toThrow(TargetBlobError);
  });
});
