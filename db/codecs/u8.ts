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
    return [bytesOf(minima), bytesOf(maxima), planes];
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

/** Room for the planes of the largest target so far: new ones for each would be garbage at once. */
let room = new Uint8Array(0);

/** @returns planes that last until the next call */
function quantise(
  heatmap: Float32Array,
  [height, width, joints]: MapShape,
  minima: Float32Array,
  maxima: Float32Array,
): Uint8Array {
  const size = height * width;
  // Plane by plane: a joint's map is mostly flat, which deflate likes.
  if (room.length < size * joints) room = new Uint8Array(size * joints);
  const planes = room.subarray(0, size * joints);
  for (let joint = 0; joint < joints; joint++) {
    const min = minima[joint]!;
    const range = maxima[joint]! - min;
    if (range === 0) {
      planes.fill(0, joint * size, (joint + 1) * size);
      continue;
    }
    const scale = 255 / range;
    for (let i = 0, from = joint, to = joint * size; i < size; i++, from += joints, to++) {
      planes[to] = (heatmap[from]! - min) * scale + 0.5;
    }
  }
  return planes;
}

/**
 * Most of a map is its background: that is laid down at once, then only what stands out of it is written, four pixels
 * at a time where the planes allow it.
 */
function restore(
  planes: Uint8Array<ArrayBuffer>,
  [height, width, joints]: MapShape,
  minima: Float32Array,
  maxima: Float32Array,
): Float32Array {
  const size = height * width;
  const heatmap = new Float32Array(size * joints);
  const ground = Uint8Array.from({ length: joints }, (_, joint) => planes[joint * size]!);
  const valueOf = (joint: number, level: number) =>
    minima[joint]! + ((maxima[joint]! - minima[joint]!) * level) / 255;
  for (let joint = 0; joint < joints; joint++) heatmap[joint] = valueOf(joint, ground[joint]!);
  // A new array is zero already.
  const isZero = heatmap.subarray(0, joints).every((value) => value === 0);
  for (let filled = joints; filled < heatmap.length && !isZero; filled *= 2) {
    heatmap.copyWithin(filled, 0, filled);
  }
  const stride = size % 4 === 0 && planes.byteOffset % 4 === 0 ? 4 : 1;
  const Words = stride === 4 ? Uint32Array : Uint8Array;
  const words = new Words(planes.buffer, planes.byteOffset, planes.length / stride);
  const values = new Float32Array(256);
  for (let joint = 0; joint < joints; joint++) {
    for (let level = 0; level < 256; level++) values[level] = valueOf(joint, level);
    const first = joint * size;
    const background = ground[joint]! * (stride === 4 ? 0x01010101 : 1);
    for (let word = first / stride, end = (first + size) / stride; word < end; word++) {
      if (words[word] === background) continue;
      const from = stride * word;
      for (let i = from; i < from + stride; i++) {
        heatmap[joint + (i - first) * joints] = values[planes[i]!]!;
      }
    }
  }
  return heatmap;
}

function bytesOf(values: Float32Array): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i]!, 4 * i);
  return bytes;
}

function floatsOf(body: Buffer, offset: number, length: number): Float32Array {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = body.readFloatLE(offset + 4 * i);
  return values;
}
