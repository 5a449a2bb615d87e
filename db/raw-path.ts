// Paths whose names are no UTF-8. On Linux a name is bytes; a JavaScript string cannot hold all of them.
import { isUtf8 } from 'node:buffer';

/** Where the escapes of single bytes lie: low surrogates without their other half, which no valid text has. */
const ESCAPE = 0xdc00;

/** The text of a path: UTF-8 where it is, each other byte as the lone surrogate U+DC80–U+DCFF. `rawPath` undoes it. */
export function pathOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const length = [1, 2, 3, 4].find((n) => isUtf8(bytes.subarray(i, i + n)));
    text +=
      length === undefined
        ? String.fromCharCode(ESCAPE + bytes[i]!)
        : bytes.toString('utf8', i, i + length);
    i += length ?? 1;
  }
  return text;
}

/** What the file system and the database take: the text as it is, or the bytes where it has escapes. */
export function rawPath(path: string): string | Buffer {
  if (path.isWellFormed()) return path;
  const parts = Array.from(path, (character) =>
    character.isWellFormed() ? Buffer.from(character) : Buffer.of(character.charCodeAt(0) - ESCAPE),
  );
  return Buffer.concat(parts);
}

/** A path as the database holds it. */
export function pathFrom(value: string | Buffer): string {
  return typeof value === 'string' ? value : pathOf(value);
}
