// Zip archives as PyTorch and NumPy write them: entries found by the central directory, read one by one; zip64; stored and deflated.
import { crc32, inflateRawSync } from 'node:zlib';
import { ByteReader, utf8 } from './byte-reader.ts';
import { refuse } from './problem.ts';

export interface ZipEntry {
  readonly name: string;
  /** Bytes once unpacked, as the archive declares. */
  readonly size: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Unpacked and checked against the entry's CRC32. */
  read(): Uint8Array;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const LONGEST_COMMENT = 0xffff;
/** Weights hardly compress: entries that together unpack to more than this beyond `free` bytes are a bomb. */
const HIGHEST_RATIO = { free: 64 * 2 ** 20, times: 100 };

/** Whether the bytes begin as an archive does. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && new ByteReader(bytes).u32() === LOCAL;

/** Entries by name, folders left out. */
export function openZip(bytes: Uint8Array): ReadonlyMap<string, ZipEntry> {
  const directory = findDirectory(bytes);
  const reader = new ByteReader(bytes);
  reader.at = directory.offset;
  const entries = new Map<string, ZipEntry>();
  let packed = 0;
  let size = 0;
  for (let i = 0; i < directory.count; i++) {
    const entry = readEntry(reader);
    // Many names for the same bytes are how a small archive unpacks to any size.
    packed += entry.packed;
    if (packed > bytes.length) refuse('the entries of its archive lie on top of each other');
    size += entry.size;
    if (size > HIGHEST_RATIO.free + packed * HIGHEST_RATIO.times) {
      const whole = entries.size === 0 ? `its entry ${entry.name}` : 'its archive';
      refuse(`${whole} unpacks from ${packed} to ${size} bytes`);
    }
    if (entry.name.endsWith('/')) continue;
    if (entries.has(entry.name)) refuse(`its archive holds ${entry.name} twice`);
    entries.set(entry.name, entry);
  }
  return entries;
}

function findDirectory(bytes: Uint8Array): { readonly offset: number; readonly count: number } {
  const reader = new ByteReader(bytes);
  const earliest = Math.max(0, bytes.length - 22 - LONGEST_COMMENT);
  for (let at = bytes.length - 22; at >= earliest; at--) {
    reader.at = at;
    if (reader.u32() !== END) continue;
    reader.at = at + 10;
    const count = reader.u16();
    reader.at = at + 16;
    const offset = reader.u32();
    const found =
      count === 0xffff || offset === 0xffffffff ? directory64(reader, at) : { offset, count };
    if (found.offset > bytes.length) refuse(`its directory begins at byte ${found.offset}`);
    return found;
  }
  return refuse('its archive has no end: the file is cut off');
}

function directory64(reader: ByteReader, end: number): { offset: number; count: number } {
  reader.at = Math.max(0, end - 20);
  if (reader.u32() !== LOCATOR_64) refuse('its archive has no zip64 locator');
  reader.at += 4;
  const at = reader.u64();
  if (at > reader.bytes.length) refuse(`its zip64 directory begins at byte ${at}`);
  reader.at = at;
  if (reader.u32() !== END_64) refuse('its archive has no zip64 directory');
  reader.at = at + 32;
  const count = reader.u64();
  reader.at = at + 48;
  return { count, offset: reader.u64() };
}

function readEntry(reader: ByteReader): ZipEntry {
  if (reader.u32() !== CENTRAL) refuse(`its directory is damaged at byte ${reader.at - 4}`);
  reader.at += 4;
  const flags = reader.u16();
  const method = reader.u16();
  reader.at += 4;
  const crc = reader.u32();
  let packed = reader.u32();
  let size = reader.u32();
  const [nameLength, extraLength, commentLength] = [reader.u16(), reader.u16(), reader.u16()];
  reader.at += 8;
  let offset = reader.u32();
  const name = utf8(reader.take(nameLength));
  const wide = zip64Field(new ByteReader(reader.take(extraLength)));
  reader.take(commentLength);
  if (size === 0xffffffff) size = wide.u64();
  if (packed === 0xffffffff) packed = wide.u64();
  if (offset === 0xffffffff) offset = wide.u64();

  if ((flags & 1) !== 0) refuse(`its entry ${name} is encrypted`);
  if (method !== 0 && method !== 8) {
    refuse(`its entry ${name} is packed by method ${method}, expected 0 (stored) or 8 (deflated)`);
  }
  if (method === 0 && packed !== size) {
    refuse(`its entry ${name} is stored in ${packed} bytes, but ${size} bytes long`);
  }
  const { bytes } = reader;
  return {
    name,
    size,
    packed,
    read() {
      const data = unpack(name, dataOf(bytes, offset, packed), method, size);
      if (crc32(data) !== crc) {
        refuse(
          `the checksum of its entry ${name} is wrong: it is damaged, or was saved without any`,
        );
      }
      return data;
    },
  };
}

/** The zip64 extra field; empty where there is none. */
function zip64Field(extra: ByteReader): ByteReader {
  while (extra.left >= 4) {
    const id = extra.u16();
    const field = extra.take(extra.u16());
    if (id === 1) return new ByteReader(field);
  }
  return new ByteReader(new Uint8Array());
}

function dataOf(bytes: Uint8Array, offset: number, packed: number): Uint8Array {
  const reader = new ByteReader(bytes);
  if (offset > bytes.length) refuse(`an entry of its archive begins at byte ${offset}`);
  reader.at = offset;
  if (reader.u32() !== LOCAL) refuse(`its archive has no entry at byte ${offset}`);
  reader.take(22);
  const [nameLength, extraLength] = [reader.u16(), reader.u16()];
  reader.take(nameLength + extraLength);
  return reader.take(packed);
}

function unpack(name: string, data: Uint8Array, method: number, size: number): Uint8Array {
  if (method === 0) return data;
  let unpacked: Uint8Array;
  try {
    unpacked = inflateRawSync(data, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    return refuse(`its entry ${name} does not unpack (${String(error)})`);
  }
  if (unpacked.length !== size) {
    refuse(`its entry ${name} unpacks to ${unpacked.length} bytes, expected ${size}`);
  }
  return unpacked;
}
