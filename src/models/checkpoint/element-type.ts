// Element types of stored tensors: how many bytes each has, how bytes become numbers, and numbers float32.
import type { NamedArray } from '../../engine/types.ts';

export type ElementArray =
  Float32Array | Float64Array | BigInt64Array | Int32Array | Int16Array | Int8Array | Uint8Array;

/** Bytes of one element. */
export const ELEMENT_BYTES = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
} as const;
export type ElementType = keyof typeof ELEMENT_BYTES;

/** A tensor as a file holds it: row-major, in the file's own precision. */
export interface TypedTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** float16 and bfloat16 as the float32 they are exactly; bool as 0 and 1. */
  readonly data: ElementArray;
}

export type TypedTensors = Readonly<Record<string, TypedTensor>>;

/** Little-endian bytes, whole elements of them, at any alignment; copied. */
export function decodeElements(bytes: Uint8Array, type: ElementType): ElementArray {
  const { buffer } = Uint8Array.from(bytes);
  switch (type) {
    case 'float64':
      return new Float64Array(buffer);
    case 'float32':
      return new Float32Array(buffer);
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer), half);
    case 'bfloat16':
      return new Float32Array(
        Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer,
      );
    case 'int64':
      return new BigInt64Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'int16':
      return new Int16Array(buffer);
    case 'int8':
      return new Int8Array(buffer);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer);
  }
}

/** Rounded to float32 where the file is more precise; numbers beyond its range become infinite. */
export function toFloat32({ shape, data }: TypedTensor): NamedArray {
  if (data instanceof Float32Array) return { shape, data };
  if (data instanceof BigInt64Array) return { shape, data: Float32Array.from(data, Number) };
  return { shape, data: Float32Array.from(data) };
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
