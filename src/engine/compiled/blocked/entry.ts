// Which state entries rest in blocked layout, and how their numbers move there and back.
import { sizeOf } from '../program/node.ts';
import { roundUp } from './map.ts';

/** Filters with enough input channels; the first layer's stays plain. */
export const isBlockedEntry = (shape: readonly number[]): boolean =>
  shape.length === 4 && shape[2]! * 2 >= 8 && shape[0]! <= 7 && shape[1]! <= 7;

/** [out, in, kh, kw], padded to whole blocks. */
export const blockedEntryDims = (
  [kh, kw, ins, outs]: readonly number[],
  block: number,
): number[] => [roundUp(outs!, block), roundUp(ins!, block), kh!, kw!];

/** HWIO numbers into blocks; the padding is zero. */
export function toBlocks(
  data: Float32Array,
  shape: readonly number[],
  block: number,
): Float32Array {
  const out = new Float32Array(sizeOf(blockedEntryDims(shape, block)));
  eachPlace(shape, block, (plain, blocked) => {
    out[blocked] = data[plain]!;
  });
  return out;
}

export function fromBlocks(
  data: Float32Array,
  shape: readonly number[],
  block: number,
): Float32Array {
  const out = new Float32Array(sizeOf(shape));
  eachPlace(shape, block, (plain, blocked) => {
    out[plain] = data[blocked]!;
  });
  return out;
}

function eachPlace(
  shape: readonly number[],
  block: number,
  visit: (plain: number, blocked: number) => void,
): void {
  const [kh, kw, ins, outs] = shape as [number, number, number, number];
  const inBlocks = roundUp(ins, block) / block;
  const tile = block * block;
  let plain = 0;
  for (let tap = 0; tap < kh * kw; tap++) {
    for (let i = 0; i < ins; i++) {
      const inPlace = Math.floor(i / block) * kh * kw + tap;
      const lane = (i % block) * block;
      for (let o = 0; o < outs; o++) {
        const outPlace = Math.floor(o / block) * inBlocks * kh * kw;
        visit(plain++, (outPlace + inPlace) * tile + lane + (o % block));
      }
    }
  }
}
