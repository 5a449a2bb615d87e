// Holds every picture of a box file to one file: two different pictures that fit one name would share its boxes.
import { readFile, stat } from 'node:fs/promises';
import { rawPath } from '../../db/raw-path.ts';
import type { BoxMatch } from '../formats/box-index.ts';

/**
 * Call with each match of a path that will be used. Copies of one picture may share a name.
 * @throws Error naming both files where they differ
 */
export function createNameClaims(): (match: BoxMatch, path: string) => Promise<void> {
  // A path a picture of the box files, which are in memory anyway.
  const claims = new Map<BoxMatch['people'], string>();
  return async (match, path) => {
    const first = claims.get(match.people);
    if (first !== undefined && first !== path && (await differ(first, path))) {
      throw new Error(
        `${first}, ${path}: expected one picture to fit ${match.people[0]!.fileName} of ${match.file}, got two different ones. ` +
          'Write folders into file_name so that it fits one of them, or leave a folder out.',
      );
    }
    claims.set(match.people, path);
  };
}

/** False also where one of them cannot be read: a moved picture leaves its name free, a bad one is told apart later. */
async function differ(a: string, b: string): Promise<boolean> {
  const sizes = await Promise.all([sizeOf(a), sizeOf(b)]);
  if (sizes.includes(undefined)) return false;
  if (sizes[0] !== sizes[1]) return true;
  const [first, second] = await Promise.all([readFile(rawPath(a)), readFile(rawPath(b))]);
  return !first.equals(second);
}

function sizeOf(path: string): Promise<number | undefined> {
  return stat(rawPath(path)).then(
    (stats) => (stats.isFile() ? stats.size : undefined),
    () => undefined,
  );
}
