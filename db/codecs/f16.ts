// Codec f16: every value as the nearest half-precision number, deflated.
import { fromHalf, toHalf } from '../float16.ts';
import type { MapCodec } from './codec.ts';
import { deflate, inflate } from './deflate.ts';

/** Body: deflated [2, joints, height, width] u8: the high bytes of all values, then the low ones; values beyond ±65504 do not fit. */
export const f16: MapCodec = {
  number: 1,
  encode(heatmap, [height, width, joints]) {
    const size = height * width;
    const total = size * joints;
    const bytes = new Uint8Array(2 * total);
    for (let joint = 0, to = 0; joint < joints; joint++) {
      for (let from = joint; from < total; from += joints, to++) {
        const half = toHalf(heatmap[from]!);
        bytes[to] = half >>> 8;
        bytes[total + to] = half;
      }
    }
    return [deflate(bytes)];
  },
  decode(body, [height, width, joints]) {
    const size = height * width;
    const total = size * joints;
    const bytes = inflate(body, 2 * total);
    const heatmap = new Float32Array(total);
    for (let joint = 0, from = 0; joint < joints; joint++) {
      for (let to = joint; to < total; to += joints, from++) {
        heatmap[to] = fromHalf((bytes[from]! << 8) | bytes[total + from]!);
      }
    }
    return heatmap;
  },
};
