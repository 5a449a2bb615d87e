// Reads a JSON file that may come from anyone: bounded in bytes and in depth, errors name the file.
import { readFile, stat } from 'node:fs/promises';
import { FormatError } from './format-error.ts';

export interface JsonLimits {
  /** @default 500 MiB: just below the longest string of V8 */
  readonly maxBytes?: number;
  /** Brackets within brackets. @default 32; COCO needs 5 */
  readonly maxDepth?: number;
}

/** @throws FormatError when the file cannot be read, is too large, too deep or not JSON */
export async function readJson(file: string, limits: JsonLimits = {}): Promise<unknown> {
  const { maxBytes = 500 * 2 ** 20, maxDepth = 32 } = limits;
  const { size } = await readable(file, () => stat(file));
  if (size > maxBytes) {
    throw new FormatError(file, `expected at most ${maxBytes} bytes, got ${size}; split the file`);
  }
  const bytes = await readable(file, () => readFile(file));
  const depth = depthOf(bytes);
  if (depth > maxDepth) {
    throw new FormatError(file, `expected brackets at most ${maxDepth} deep, got ${depth}`);
  }
  try {
    // The decoder drops a byte order mark and refuses what is not UTF-8.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(file, `expected JSON in UTF-8: ${reason}`, { cause });
  }
}

async function readable<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const reason = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
    throw new FormatError(file, reason, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder, not a JSON file',
  EACCES: 'no permission to read it',
};

/** Deepest nesting of brackets outside strings. */
function depthOf(bytes: Uint8Array): number {
  const [quote, backslash] = [0x22, 0x5c];
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (isInString) {
      if (byte === backslash) i++;
      else if (byte === quote) isInString = false;
    } else if (byte === quote) {
      isInString = true;
    } else if (byte === 0x5b || byte === 0x7b) {
      deepest = Math.max(deepest, ++depth);
    } else if (byte === 0x5d || byte === 0x7d) {
      depth--;
    }
  }
  return deepest;
}
