// Names of pictures as label files write them: forward slashes, one Unicode form, never out of their folder.
import { FormatError } from './format-error.ts';

/** Forward slashes, composed Unicode, without `.` and empty parts in between. */
export function plainPath(path: string): string {
  const parts = path.normalize('NFC').replaceAll('\\', '/').split('/');
  return parts.filter((part, i) => part !== '.' && (part !== '' || i === 0)).join('/');
}

/** @throws FormatError for a name that climbs with `..` or holds a NUL */
export function checkFileName(name: string, entry: string, file: string): string {
  const plain = plainPath(name);
  if (plain.split('/').includes('..') || plain.includes('\0') || plain === '') {
    throw new FormatError(
      file,
      `${entry}: file_name: expected a path inside the folder of pictures, got ${JSON.stringify(name)}`,
    );
  }
  return plain;
}
