// Codec keypoints: where each joint's map is highest and how high; reading draws a Gaussian there.
import { decodeHeatmaps } from '../../src/pose/decode.ts';
import { encodeGaussian } from '../../src/pose/heatmap.ts';
import type { MapCodec } from './codec.ts';

/**
 * Body: sigma, then x, y of each joint: float32, heatmap px, moved a quarter pixel towards the higher neighbour.
 * The shape of the teacher's map, second peaks and doubt, is lost.
 */
export const keypoints: MapCodec = {
  number: 2,
  encode(heatmap, [height, width, joints], sigma) {
    if (!(sigma > 0)) throw new RangeError(`Expected sigma > 0 for keypoints, got ${sigma}`);
    const [points] = decodeHeatmaps(heatmap, {
      batch: 1,
      heatmap: { width, height },
      joints,
      refine: 'quarter-each-axis',
      empty: 'highest',
    });
    const body = Buffer.alloc(4 + 8 * joints);
    body.writeFloatLE(sigma);
    points!.forEach(({ x, y }, joint) => {
      body.writeFloatLE(x, 4 + 8 * joint);
      body.writeFloatLE(y, 8 + 8 * joint);
    });
    return [body];
  },
  decode(body, [height, width, joints], peaks) {
    if (body.length !== 4 + 8 * joints) {
      throw new RangeError(`Expected ${4 + 8 * joints} bytes of keypoints, got ${body.length}`);
    }
    const points = Array.from({ length: joints }, (_, joint) => ({
      x: body.readFloatLE(4 + 8 * joint),
      y: body.readFloatLE(8 + 8 * joint),
      v: 2 as const,
    }));
    const heatmap = new Float32Array(height * width * joints);
    const sigma = body.readFloatLE(0);
    encodeGaussian(
      points,
      { heatmap: { width, height }, stride: 1, sigma, origin: 'centres' },
      heatmap,
    );
    for (let i = 0; i < heatmap.length; i++) heatmap[i]! *= peaks[i % joints]!;
    return heatmap;
  },
};
