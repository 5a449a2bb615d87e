// NumPy's .npy: magic, version, a header that is a Python dict, then the numbers. Reads numbers of any kind, writes float32.
import type { NamedArray } from '../../engine/types.ts';
import { ByteReader, latin1 } from './byte-reader.ts';
import {
  decodeElements,
  ELEMENT_BYTES,
  type ElementType,
  type TypedTensor,
} from './element-type.ts';
import { refuse } from './problem.ts';
import { gather } from './strided.ts';

const MAGIC = '\x93NUMPY';
/** NumPy itself has no more. */
const MAX_RANK = 64;

const TYPES = new Map<string, ElementType>([
  ['<f8', 'float64'],
  ['<f4', 'float32'],
  ['<f2', 'float16'],
  ['<i8', 'int64'],
  ['<i4', 'int32'],
  ['<i2', 'int16'],
  ['|i1', 'int8'],
  ['|u1', 'uint8'],
  ['|b1', 'bool'],
]);

export const isNpy = (bytes: Uint8Array): boolean => latin1(bytes.subarray(0, 6)) === MAGIC;

/** @param name of the array, for what is said about it */
export function decodeNpy(bytes: Uint8Array, name: string): TypedTensor {
  if (!isNpy(bytes)) refuse(`its array ${name} is no .npy file`);
  const reader = new ByteReader(bytes);
  reader.take(6);
  const version = reader.u8();
  reader.take(1);
  const header = latin1(reader.take(version === 1 ? reader.u16() : reader.u32()));
  const found =
    /^\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\), \}\s*$/.exec(
      header,
    );
  if (!found) return refuse(`its array ${name} has the header ${header.slice(0, 100)}`);
  const [, descr, order, sizes] = found as unknown as [string, string, string, string];
  const type = TYPES.get(descr);
  if (!type) {
    return refuse(
      `its array ${name} is of type ${descr}, expected one of ${[...TYPES.keys()].join(' ')}`,
    );
  }
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  if (shape.length > MAX_RANK) refuse(`its array ${name} has ${shape.length} axes`);
  const wanted = shape.reduce((product, n) => product * n, ELEMENT_BYTES[type]);
  if (reader.left !== wanted) {
    refuse(`its array ${name} [${shape.join(', ')}] has ${reader.left} bytes, expected ${wanted}`);
  }
  const data = decodeElements(reader.take(wanted), type);
  if (order === 'False') return { type, shape, data };
  // The first axis is the fastest.
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, n) => a * n, 1));
  return { type, shape, data: gather(data, { offset: 0, shape, strides }) };
}

export function encodeNpy({ shape, data }: NamedArray): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Magic, version, length and dict fill whole lines of 64 bytes, the last ending in a line feed.
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const head = Buffer.from(`${MAGIC}\x01\x00\x00\x00${dict.padEnd(length - 1)}\n`, 'latin1');
  head.writeUInt16LE(length, 8);
  return Buffer.concat([head, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}
