// Reads and writes safetensors: 8-byte header length, JSON header, data. Written as float32; read as any number.
import type { NamedArray, StateArrays } from '../engine/types.ts';
import { decodeElements, ELEMENT_BYTES } from './checkpoint/element-type.ts';
import type { ElementType, TypedTensor, TypedTensors } from './checkpoint/element-type.ts';
import { printable } from './checkpoint/problem.ts';

const MAX_HEADER = 100 * 1024 * 1024;
/** Names out of the file may be long. */
const LONGEST_PROBLEM = 600;

const ELEMENT_TYPES = new Map<unknown, ElementType>([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);

export interface Safetensors<T = StateArrays> {
  readonly tensors: T;
  readonly metadata: Readonly<Record<string, string>>;
}

/** An array whose numbers come in pieces, end to end. */
export interface ArrayPieces {
  readonly shape: readonly number[];
  readonly pieces: Iterable<Float32Array>;
}

/** Tensors in insertion order, float32, header padded to 8 bytes. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const whole = Object.entries(tensors).map(
    ([name, { shape, data }]) => [name, { shape, pieces: [data] }] as const,
  );
  return Buffer.concat([...safetensorsPieces({ tensors: Object.fromEntries(whole), metadata })]);
}

/** The same file piece by piece, as they are asked for: nothing large is copied or made in one go. */
export function* safetensorsPieces({
  tensors,
  metadata,
}: Safetensors<Readonly<Record<string, ArrayPieces>>>): Generator<Uint8Array> {
  let offset = 0;
  const header = Object.entries(tensors).map(([name, { shape }]) => {
    const begin = offset;
    offset += shape.reduce((size, length) => size * length, ELEMENT_BYTES.float32);
    return [name, { dtype: 'F32', shape, data_offsets: [begin, offset] }] as const;
  });
  const json = Buffer.from(
    JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...header])),
  );
  const headerLength = Math.ceil(json.length / 8) * 8;
  const head = Buffer.alloc(8 + headerLength, ' ');
  head.writeBigUInt64LE(BigInt(headerLength));
  json.copy(head, 8);
  yield head;
  for (const { pieces } of Object.values(tensors)) {
    for (const { buffer, byteOffset, byteLength } of pieces)
      yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}

/** A file of float32 tensors, as heatstream writes them. Throws as decodeTypedSafetensors, and for other element types. */
export function decodeSafetensors(bytes: Uint8Array, source: string): Safetensors {
  const { tensors, metadata } = decodeTypedSafetensors(bytes, source);
  const arrays = Object.entries(tensors).map(([name, { type, shape, data }]) => {
    if (type !== 'float32') return failIn(source)(`tensor ${name} is ${type}, expected float32`);
    return [name, { shape, data: data as Float32Array }] as [string, NamedArray];
  });
  return { tensors: Object.fromEntries(arrays), metadata };
}

const failIn =
  (source: string) =>
  (problem: string): never => {
    const shown = printable(problem).slice(0, LONGEST_PROBLEM);
    throw new Error(`${source} is not a safetensors file that heatstream can read: ${shown}`);
  };

/** @param source named in errors. Throws where header, offsets or shapes do not fit the file. */
export function decodeTypedSafetensors(
  bytes: Uint8Array,
  source: string,
): Safetensors<TypedTensors> {
  const fail = failIn(source);
  if (bytes.length < 8) fail(`it has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > MAX_HEADER || 8 + headerLength > bytes.length) {
    fail(`its header says ${headerLength} bytes, the file has ${bytes.length}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerLength), fail);
  const data = bytes.subarray(8 + headerLength);
  const entries = Object.entries(header).flatMap(([name, entry]) =>
    name === '__metadata__' ? [] : [{ name, ...checkedEntry(name, entry, fail) }],
  );
  // The data must be the tensors end to end: no bytes are shared, missing or left over.
  let end = 0;
  for (const { name, from, to } of entries.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) fail(`tensor ${name} begins at byte ${from} of the data, expected ${end}`);
    end = to;
  }
  if (end !== data.length)
    fail(`its tensors end at byte ${end} of the data, which has ${data.length}`);
  const tensors = entries.map(({ name, type, shape, from, to }): [string, TypedTensor] => [
    name,
    { type, shape, data: decodeElements(data.subarray(from, to), type) },
  ]);
  // `fromEntries` defines properties: a tensor named `__proto__` is a tensor like any other.
  return {
    tensors: Object.fromEntries(tensors),
    metadata: metadataOf(header['__metadata__'], fail),
  };
}

interface Entry {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Bytes of the data. */
  readonly from: number;
  readonly to: number;
}

type Fail = (problem: string) => never;

function checkedEntry(name: string, entry: unknown, fail: Fail): Entry {
  if (typeof entry !== 'object' || entry === null) return fail(`tensor ${name} is no JSON object`);
  const { dtype, shape, data_offsets: range } = entry as Record<string, unknown>;
  const type = ELEMENT_TYPES.get(dtype);
  if (!type) {
    const known = [...ELEMENT_TYPES.keys()].join(', ');
    return fail(`tensor ${name} is ${JSON.stringify(dtype)}, expected one of ${known}`);
  }
  if (!isCounts(shape) || !isCounts(range) || range.length !== 2) {
    return fail(`tensor ${name} has no proper shape and offsets`);
  }
  const [from, to] = range as [number, number];
  const size = shape.reduce((product, n) => product * n, 1);
  if (to - from !== ELEMENT_BYTES[type] * size) {
    fail(`tensor ${name} [${shape.join(', ')}] does not fit its offsets ${from}–${to}`);
  }
  return { type, shape, from, to };
}

function metadataOf(metadata: unknown = {}, fail: Fail): Record<string, string> {
  const isObject = typeof metadata === 'object' && metadata !== null;
  if (!isObject || Object.values(metadata).some((value) => typeof value !== 'string')) {
    return fail('its metadata are no texts by name');
  }
  return metadata as Record<string, string>;
}

function parseHeader(json: Uint8Array, fail: Fail): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(Buffer.from(json).toString('utf8'));
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) {
      return header as Record<string, unknown>;
    }
  } catch (error) {
    return fail(`its header is no JSON (${String(error)})`);
  }
  return fail('its header is no JSON object');
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
