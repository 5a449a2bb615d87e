// Codec u8: each joint's map between its minimum and maximum in 255 steps, deflated.
import type { MapCodec, MapShape } from './codec.ts';
import { deflate, inflate } from './deflate.ts';

/** Body: minima, maxima: joints float32 each; deflated planes [joints, height, width]; value = min + (max − min) u8 / 255. */
export const u8: MapCodec = {
  number: 0,
  encode(heatmap, shape) {
    const joints = shape[2];
    const { minima, maxima } = extremes(heatmap, joints);
    const planes = deflate(quantise(heatmap, shape, minima, maxima));
    return Buffer.concat([bytesOf(minima), bytesOf(maxima), planes]);
  },
  decode(body, shape) {
    const [height, width, joints] = shape;
    const minima = floatsOf(body, 0, joints);
    const maxima = floatsOf(body, 4 * joints, joints);
    const planes = inflate(body.subarray(8 * joints), height * width * joints);
    return restore(planes, shape, minima, maxima);
  },
};

function extremes(heatmap: Float32Array, joints: number) {
  const minima = heatmap.slice(0, joints);
  const maxima = heatmap.slice(0, joints);
  for (let pixel = joints; pixel < heatmap.length; pixel += joints) {
    for (let joint = 0; joint < joints; joint++) {
      const value = heatmap[pixel + joint]!;
      if (value < minima[joint]!) minima[joint] = value;
      else if (value > maxima[joint]!) maxima[joint] = value;
    }
  }
  return { minima, maxima };
}

function quantise(
  heatmap: Float32Array,
  [height, width, joints]: MapShape,
  minima: Float32Array,
  maxima: Float32Array,
): Uint8Array {
  const size = height * width;
  // Plane by plane: a joint's map is mostly flat, which deflate likes.
  const planes = new Uint8Array(size * joints);
  for (let joint = 0; joint < joints; joint++) {
    const min = minima[joint]!;
    const range = maxima[joint]! - min;
    if (range === 0) continue;
    const scale = 255 / range;
    for (let i = 0, from = joint, to = joint * size; i < size; i++, from += joints, to++) {
      planes[to] = (heatmap[from]! - min) * scale + 0.5;
    }
  }
  return planes;
}

/** Most of a map is its background: that is laid down at once, and then only what stands out of it is written. */
function restore(
  planes: Uint8Array,
  [height, width, joints]: MapShape,
  minima: Float32Array,
  maxima: Float32Array,
): Float32Array {
  const size = height * width;
  const heatmap = new Float32Array(size * joints);
  const values = new Float32Array(256);
  const background = new Uint8Array(joints);
  for (let joint = 0; joint < joints; joint++) {
    background[joint] = planes[joint * size + (size >> 1)]!;
    heatmap[joint] =
      minima[joint]! + ((maxima[joint]! - minima[joint]!) * background[joint]!) / 255;
  }
  for (let filled = joints; filled < heatmap.length; filled *= 2)
    heatmap.copyWithin(filled, 0, filled);
  for (let joint = 0; joint < joints; joint++) {
    const min = minima[joint]!;
    const range = maxima[joint]! - min;
    const ground = background[joint]!;
    for (let level = 0; level < 256; level++) values[level] = min + (range * level) / 255;
    for (let from = joint * size, to = joint, end = from + size; from < end; from++, to += joints) {
      const level = planes[from]!;
      if (level !== ground) heatmap[to] = values[level]!;
    }
  }
  return heatmap;
}

function bytesOf(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
  return bytes;
}

function floatsOf(body: Buffer, offset: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => body.readFloatLE(offset + 4 * i));
}
