// NumPy scalars inside a pickle, e.g. the accuracy that a training script stored beside the weights.
import type { Stateful } from './pickle.ts';
import { refuse } from './problem.ts';
import { Tuple } from './tuple.ts';

/** How a DataView reads each kind and size. */
const READERS = new Map<string, (view: DataView, isLittle: boolean) => number | bigint | boolean>([
  ['b1', (view) => view.getUint8(0) !== 0],
  ['i1', (view) => view.getInt8(0)],
  ['u1', (view) => view.getUint8(0)],
  ['i2', (view, isLittle) => view.getInt16(0, isLittle)],
  ['u2', (view, isLittle) => view.getUint16(0, isLittle)],
  ['i4', (view, isLittle) => view.getInt32(0, isLittle)],
  ['u4', (view, isLittle) => view.getUint32(0, isLittle)],
  ['i8', (view, isLittle) => view.getBigInt64(0, isLittle)],
  ['u8', (view, isLittle) => view.getBigUint64(0, isLittle)],
  ['f4', (view, isLittle) => view.getFloat32(0, isLittle)],
  ['f8', (view, isLittle) => view.getFloat64(0, isLittle)],
]);

class NumpyType implements Stateful {
  readonly code: string;
  isLittle = true;

  constructor(code: string) {
    this.code = code;
  }

  /** (version, byte order, …) */
  setState(state: unknown): void {
    this.isLittle = !(state instanceof Tuple && state.items[1] === '>');
  }
}

/** `numpy.dtype('f8', …)` */
export function dtype([code]: readonly unknown[]): NumpyType {
  if (typeof code !== 'string' || !READERS.has(code)) {
    const type = typeof code === 'string' ? code : 'that is no text';
    return refuse(`it holds a NumPy value of type ${type.slice(0, 20)}, expected a number`);
  }
  return new NumpyType(code);
}

/** `numpy.core.multiarray.scalar(dtype, bytes)` as a number; 64-bit integers beyond 2^53 as a bigint. */
export function scalar([type, bytes]: readonly unknown[]): number | bigint | boolean {
  if (!(type instanceof NumpyType) || !(bytes instanceof Uint8Array)) {
    return refuse('it holds a NumPy value without type or bytes');
  }
  if (bytes.length !== Number(type.code.slice(1))) {
    return refuse(`a NumPy ${type.code} has ${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const value = READERS.get(type.code)!(view, type.isLittle);
  const isSmall = typeof value === 'bigint' && Number.isSafeInteger(Number(value));
  return isSmall ? Number(value) : value;
}
