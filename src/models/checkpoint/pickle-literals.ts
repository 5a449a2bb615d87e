// Instructions of a pickle that push one value written right behind them.
import { type ByteReader, latin1, utf8 } from './byte-reader.ts';
import { refuse } from './problem.ts';
import { Tuple } from './tuple.ts';

/** Integers beyond this are no part of any checkpoint, and slow to read. */
const LONGEST_INTEGER = 64;

export const LITERALS: ReadonlyMap<number, (reader: ByteReader) => unknown> = new Map<
  number,
  (reader: ByteReader) => unknown
>([
  [0x4e, () => null], // NONE
  [0x88, () => true], // NEWTRUE
  [0x89, () => false], // NEWFALSE
  [0x4a, (r) => r.i32()], // BININT
  [0x4b, (r) => r.u8()], // BININT1
  [0x4d, (r) => r.u16()], // BININT2
  [0x8a, (r) => integer(r, r.u8())], // LONG1
  [0x8b, (r) => integer(r, r.u32())], // LONG4
  [0x47, (r) => r.f64()], // BINFLOAT
  [0x58, (r) => utf8(r.take(r.u32()))], // BINUNICODE
  [0x8c, (r) => utf8(r.take(r.u8()))], // SHORT_BINUNICODE
  [0x8d, (r) => utf8(r.take(r.u64()))], // BINUNICODE8
  // Python 2 had one type for text and bytes.
  [0x54, (r) => latin1(r.take(r.u32()))], // BINSTRING
  [0x55, (r) => latin1(r.take(r.u8()))], // SHORT_BINSTRING
  [0x42, (r) => r.take(r.u32())], // BINBYTES
  [0x43, (r) => r.take(r.u8())], // SHORT_BINBYTES
  [0x8e, (r) => r.take(r.u64())], // BINBYTES8
  [0x96, (r) => r.take(r.u64())], // BYTEARRAY8
  [0x29, () => new Tuple([])], // EMPTY_TUPLE
  [0x5d, () => []], // EMPTY_LIST
  [0x7d, () => new Map()], // EMPTY_DICT
  [0x8f, () => new Set()], // EMPTY_SET
]);

/** Two's complement, little-endian. */
function integer(reader: ByteReader, length: number): number | bigint {
  if (length > LONGEST_INTEGER) refuse(`its pickle holds an integer of ${length} bytes`);
  let value = 0n;
  for (const byte of reader.take(length).toReversed()) value = (value << 8n) | BigInt(byte);
  value = BigInt.asIntN(8 * length, value);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
