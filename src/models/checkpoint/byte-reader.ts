// Reads numbers and pieces from bytes in order; refuses to read beyond their end.
import { refuse } from './problem.ts';

export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** The next bytes, not copied. */
  take(count: number): Uint8Array {
    const from = this.#step(count);
    return this.bytes.subarray(from, from + count);
  }

  /** The bytes before the next line feed, which is passed over. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end === -1) return refuse(`it ends inside the line that begins at byte ${this.at}`);
    const text = latin1(this.bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }

  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#step(2), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }
  i32(): number {
    return this.#view.getInt32(this.#step(4), true);
  }
  /** An unsigned 64-bit size; beyond 2^53 there is no such file. */
  u64(): number {
    const value = this.#view.getBigUint64(this.#step(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) refuse(`it names a size of ${value} bytes`);
    return Number(value);
  }
  /** Big-endian, as pickles have it. */
  f64(): number {
    return this.#view.getFloat64(this.#step(8), false);
  }

  #step(count: number): number {
    if (count > this.left) {
      refuse(`it is cut off: ${count} bytes expected at byte ${this.at}, ${this.left} are left`);
    }
    const from = this.at;
    this.at += count;
    return from;
  }
}

export const latin1 = (bytes: Uint8Array): string => textOf(bytes, 'latin1');

export const utf8 = (bytes: Uint8Array): string => textOf(bytes, 'utf8');

/** Names and notes: longer texts are no part of a checkpoint. */
const LONGEST_TEXT = 2 ** 24;

function textOf(bytes: Uint8Array, encoding: 'latin1' | 'utf8'): string {
  if (bytes.length > LONGEST_TEXT) refuse(`it holds a text of ${bytes.length} bytes`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding);
}
