// Writes a zip archive of stored entries, as PyTorch and NumPy read them.
import { crc32 } from 'node:zlib';

/** Data begin at multiples of this, so that a reader may map them into memory. */
const ALIGNMENT = 64;
/** Without the wider fields of zip64, which no network here needs. */
const MAX_BYTES = 0xffffffff;
/** 1980-01-01: the same weights give the same file. */
const DATE = 0x21;

export function encodeZip(
  entries: readonly (readonly [name: string, data: Uint8Array])[],
): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const add = (bytes: Uint8Array) => {
    parts.push(bytes);
    at += bytes.length;
  };
  for (const [name, data] of entries) {
    const offset = at;
    const path = Buffer.from(name, 'utf8');
    const crc = crc32(data);
    const start = offset + 30 + path.length + 4;
    const padding = (ALIGNMENT - (start % ALIGNMENT)) % ALIGNMENT;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version that is needed to read it
    common.writeUInt16LE(0x0800, 2); // the name is UTF-8
    common.writeUInt16LE(DATE, 8);
    common.writeUInt32LE(crc, 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(path.length, 22);
    const extra = Buffer.alloc(4 + padding);
    extra.write('FB', 'latin1'); // the id that PyTorch pads with
    extra.writeUInt16LE(padding, 2);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common]);
    local.writeUInt16LE(extra.length, 28);
    add(Buffer.concat([local, path, extra]));
    add(data);
    const central = Buffer.alloc(46);
    central.write('PK\x01\x02\x14\x00', 'latin1');
    common.copy(central, 6);
    central.writeUInt32LE(offset, 42);
    directory.push(central, path);
  }
  const from = at;
  directory.forEach(add);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(at - from, 12);
  end.writeUInt32LE(from, 16);
  add(end);
  if (at > MAX_BYTES || entries.length >= 0xffff) {
    throw new Error(
      `Expected an archive below 4 GiB and 65535 entries, got ${at} bytes in ${entries.length}`,
    );
  }
  return Buffer.concat(parts);
}
