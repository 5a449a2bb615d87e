// Reads and writes safetensors: 8-byte header length, JSON header, float32 data. Other element types are refused by name.
import type { NamedArray, StateArrays } from '../engine/types.ts';

const MAX_HEADER = 100 * 1024 * 1024;

export interface Safetensors {
  readonly tensors: StateArrays;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Tensors in insertion order, float32, header padded to 8 bytes. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + headerLength + offset).fill(0x20, 8, 8 + headerLength);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerLength), true);
  out.set(json, 8);
  let at = 8 + headerLength;
  for (const { data } of Object.values(tensors)) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}

/** @param source named in errors. Throws where header, offsets or shapes do not fit the file. */
export function decodeSafetensors(bytes: Uint8Array, source: string): Safetensors {
  const fail = (problem: string): never => {
    throw new Error(`${source} is not a safetensors file that heatstream can read: ${problem}`);
  };
  if (bytes.length < 8) fail(`it has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > MAX_HEADER || 8 + headerLength > bytes.length) {
    fail(`its header says ${headerLength} bytes, the file has ${bytes.length}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerLength), fail);
  const start = 8 + headerLength;
  const tensors: Record<string, NamedArray> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const { dtype, shape, data_offsets: range } = entry as Partial<Entry>;
    if (dtype !== 'F32') fail(`tensor ${name} is ${String(dtype)}, expected F32`);
    if (!isCounts(shape) || !isCounts(range) || range.length !== 2) {
      return fail(`tensor ${name} has no proper shape and offsets`);
    }
    const [from, to] = range as [number, number];
    const size = shape.reduce((product, n) => product * n, 1);
    if (to - from !== 4 * size || start + to > bytes.length) {
      fail(`tensor ${name} [${shape.join(', ')}] does not fit its offsets ${from}–${to}`);
    }
    // Copied, so that the data are aligned whatever the header's length (a Buffer's own `slice` does not copy).
    const copy = Uint8Array.from(bytes.subarray(start + from, start + to));
    tensors[name] = { shape, data: new Float32Array(copy.buffer) };
  }
  return { tensors, metadata: (header['__metadata__'] ?? {}) as Record<string, string> };
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: number[];
}

function parseHeader(json: Uint8Array, fail: (problem: string) => never): Record<string, unknown> {
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
