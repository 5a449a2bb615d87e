// Pickles and archives put together by hand: what no honest program writes.
import { deflateRawSync, crc32 } from 'node:zlib';

/** Bytes of pickle instructions: texts as latin1, numbers as they are. */
export const pickle = (...parts: readonly (string | number)[]): Buffer =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part]),
    ),
  );

/** A pickled dict of keys and values, one after the other. */
export const dict = (...items: readonly string[]): Buffer => pickle(0x80, 2, '}(', ...items, 'u.');

/** BINUNICODE */
export function text(value: string): string {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(value));
  return `X${length.toString('latin1')}${Buffer.from(value).toString('latin1')}`;
}

/** BININT */
export function integer(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return `J${bytes.toString('latin1')}`;
}

/** A float32 tensor over storage `key` of `count` elements. */
export function tensor(
  key: string,
  count: number,
  {
    offset = 0,
    shape,
    strides,
  }: { offset?: number; shape: readonly number[]; strides: readonly number[] },
): string {
  const tuple = (items: readonly number[]) => `(${items.map(integer).join('')}t`;
  const storage = `(${text('storage')}ctorch\nFloatStorage\n${text(key)}${text('cpu')}${integer(count)}tQ`;
  return `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${integer(offset)}${tuple(shape)}${tuple(strides)}\x89}tR`;
}

export interface Entry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  /** Claimed size once unpacked. */
  readonly size?: number;
  readonly crc?: number;
}

/** A zip archive whose directory says what the entries claim. */
export function archive(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data, deflate = false, size = data.length, crc = crc32(data) } of entries) {
    const path = Buffer.from(name);
    const packed = deflate ? deflateRawSync(data) : Buffer.from(data);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(deflate ? 8 : 0, 4);
    head.writeUInt32LE(crc, 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(size, 18);
    head.writeUInt16LE(path.length, 22);
    const central = Buffer.alloc(46);
    central.write('PK\x01\x02', 'latin1');
    head.copy(central, 6);
    central.writeUInt32LE(at, 42);
    directory.push(central, path);
    const local = [Buffer.from('PK\x03\x04', 'latin1'), head, path, packed];
    parts.push(...local);
    at += local.reduce((sum, part) => sum + part.length, 0);
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

/** An archive whose directory has several names for one stored entry. */
export function sameBytes(names: readonly [string, ...string[]], data: Uint8Array): Buffer {
  const one = archive([{ name: names[0], data }]);
  const central = one.lastIndexOf('PK\x01\x02', undefined, 'latin1');
  const end = one.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const directory = names.flatMap((name) => {
    const head = Buffer.from(one.subarray(central, central + 46));
    head.writeUInt16LE(name.length, 28);
    return [head, Buffer.from(name)];
  });
  const tail = Buffer.from(one.subarray(end));
  tail.writeUInt16LE(names.length, 10);
  return Buffer.concat([one.subarray(0, central), ...directory, tail]);
}

/** One stored entry whose sizes and places are in the wide fields of zip64. */
export function wideArchive(name: string, data: Uint8Array): Buffer {
  const narrow = archive([{ name, data }]);
  const central = narrow.lastIndexOf('PK\x01\x02', undefined, 'latin1');
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  extra.writeBigUInt64LE(BigInt(data.length), 4);
  extra.writeBigUInt64LE(BigInt(data.length), 12);
  const entry = Buffer.from(narrow.subarray(central, central + 46 + name.length));
  entry.fill(0xff, 20, 28); // packed and unpacked size
  entry.writeUInt16LE(extra.length, 30);
  entry.fill(0xff, 42, 46); // place
  const end64 = Buffer.alloc(56);
  end64.write('PK\x06\x06', 'latin1');
  end64.writeBigUInt64LE(1n, 32);
  end64.writeBigUInt64LE(BigInt(central), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeBigUInt64LE(BigInt(central + entry.length + extra.length), 8);
  const end = Buffer.alloc(22, 0xff);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(0, 20);
  return Buffer.concat([narrow.subarray(0, central), entry, extra, end64, locator, end]);
}

/** A torch.save archive around a pickle, with storages by key. */
export const torchArchive = (
  data: Uint8Array,
  storages: Readonly<Record<string, Uint8Array>> = {},
): Buffer =>
  archive([
    { name: 'x/data.pkl', data },
    ...Object.entries(storages).map(([key, bytes]) => ({ name: `x/data/${key}`, data: bytes })),
  ]);
